#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"
#include "services/contact/point/point.h"

// The rules of suppressed addresses: plain values, no I/O, no clock.
namespace vefa::contact {

// The numbers of Suppression.Reason of the contract, and of the table.
enum class SuppressionReason : int16_t { kNone = 0, kErased = 1, kComplaint = 2, kHardBounce = 3, kManual = 4, kLegal = 5 };

// One reason not to write to one address, which is known here by its hash alone.
struct Suppression {
  Uuid id;
  PointKind kind = PointKind::kNone;  // E-mail or telephone.
  std::string address_hash;
  std::string purpose;  // Empty: every one.
  SuppressionReason reason = SuppressionReason::kNone;
  std::string source;
  std::string actor;
  Time create_time{};
  std::optional<Time> lift_time;
  std::string lift_reason;
  std::string lifted_by;
};

// An address as somebody wrote it.
struct WrittenAddress {
  PointKind kind = PointKind::kNone;
  Personal<std::string> value;
  std::string country;
};

// Brings an address to its normal form and adds what is wrong with it or with the purpose, under `prefix`, to `violations`.
void Normalise(WrittenAddress& address, const std::string& purpose, std::string_view prefix, std::vector<Violation>& violations);
// Holds what a call says of a suppression to the rules. That somebody was erased is said by the erasure alone.
void Check(const Suppression& suppression, std::vector<Violation>& violations);

}  // namespace vefa::contact
