#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libs/base/result.h"
#include "services/interaction/model/bg_nbd.h"

namespace vefa::interaction::model {

// How far a time may be from a whole day to be that day: rounding, not a fraction.
constexpr double kDayTolerance = 1e-6;

// Customers with the same history.
struct MergedRow {
  Customer customer;
  int64_t count = 0;
};

// Merges customers of equal frequency, recency and age, in that order. The times must be whole
// days, so that equal means equal: INVALID_ARGUMENT `TIME_NOT_WHOLE_DAYS`, or as CheckCustomer.
Result<std::vector<MergedRow>> MergeCustomers(std::span<const Customer> customers);

}  // namespace vefa::interaction::model
