#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"

// The rules of affiliations: plain values, no I/O, no clock.
namespace vefa::contact {

// That a person belongs to an organisation.
struct Affiliation {
  Uuid id;
  Uuid contact;
  Uuid organization;
  std::string role;  // A code.
  Personal<std::string> title;
  Personal<std::string> department;
  std::optional<int32_t> valid_from;  // The first day since 1970-01-01; none: always.
  std::optional<int32_t> valid_to;    // The last day; none: until further notice.
  bool primary = false;
  int16_t influence = 0;  // Number of the contract's Influence.
  int64_t version = 0;
  Time create_time{};
  Time update_time{};

  bool operator==(const Affiliation&) const = default;
};

// Brings an affiliation to its stored form and adds every broken rule, its field under `prefix`, to `violations`.
void Normalise(Affiliation& affiliation, std::string_view prefix, std::vector<Violation>& violations);

}  // namespace vefa::contact
