#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

// The rules of orders: plain values, no I/O, no clock.
namespace vefa::interaction {

// A purchase, as the shop reported it.
struct Order {
  Uuid id;
  Uuid contact;
  std::string external_id;
  Time occur_time{};
  std::string currency;  // ISO 4217
  int64_t total = 0;     // Hundredths of the currency's unit.
  int32_t item_count = 0;
  Time record_time{};
};

// google.type.Money counts billionths.
inline constexpr int32_t kNanosPerHundredth = 10'000'000;

// An amount of whole units and billionths in hundredths, as orders keep it; nothing when it is
// negative, finer than a hundredth or above a trillion units.
std::optional<int64_t> Hundredths(int64_t units, int32_t nanos);
// The same amount as a decimal number with two places, `12.77`.
std::string DecimalText(int64_t hundredths);

// Brings an order to its stored form and adds every broken rule, its field under `prefix`, to
// `violations`. `now` bounds its time: nobody bought in the future.
void Normalise(Order& order, std::string_view prefix, Time now, std::vector<Violation>& violations);

// Whether two reports of one order say the same.
bool SameContent(const Order& left, const Order& right);

}  // namespace vefa::interaction
