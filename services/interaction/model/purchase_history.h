#pragma once

#include <cstdint>
#include <vector>

#include "libs/base/id.h"
#include "libs/base/result.h"
#include "services/interaction/model/bg_nbd.h"

namespace vefa::interaction::model {

// Days outside these are a mistake; within them every age is within kMaxWeeks.
constexpr int32_t kFirstDay = -350'000;
constexpr int32_t kLastDay = 350'000;

// One purchase. All purchases of one history are in one currency.
struct Purchase {
  Uuid customer;
  int32_t day = 0;  // Days since 1970-01-01.
  int64_t minor_units = 0;
};

// A customer as known on the as-of day.
struct CustomerHistory {
  Uuid customer;
  int32_t first_day = 0;
  int32_t last_day = 0;
  int32_t frequency = 0;           // Repeat purchase days.
  int64_t repeat_minor_units = 0;  // Paid on them.

  Customer Known(int32_t as_of_day) const;
  // Mean value of a repeat purchase day in major units; 0 when there is none.
  double MeanRepeatValue(int32_t minor_units_per_major = 100) const;
};

// A day after the as-of day on which a known customer bought.
struct LaterPurchase {
  size_t customer = 0;     // Index into PurchaseHistory::customers.
  int32_t days_after = 0;  // 1 is the day after the as-of day.
};

struct PurchaseHistory {
  int32_t as_of_day = 0;
  int32_t horizon_days = 0;
  std::vector<CustomerHistory> customers;  // Ascending by id.
  std::vector<LaterPurchase> later;        // By customer, then by day, within the horizon.
};

// What was known on `as_of_day`, inclusive, and what the same customers did in the `horizon_days`
// after it. Several purchases of one customer on one day count once, with the sum of their values. A
// customer who first bought after the as-of day is not in it. The order of the purchases does not
// matter. INVALID_ARGUMENT `VALUE_RANGE` (a negative value, or a sum beyond 64 bits), `DAY_RANGE`
// or `HORIZON_RANGE`.
Result<PurchaseHistory> BuildPurchaseHistory(std::vector<Purchase> purchases, int32_t as_of_day,
                                             int32_t horizon_days = 0);

// The histories as the models take them, in the same order.
std::vector<Customer> KnownCustomers(const PurchaseHistory& history);

}  // namespace vefa::interaction::model
