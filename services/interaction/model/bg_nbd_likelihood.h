#pragma once

#include <span>
#include <vector>

#include "services/interaction/model/bg_nbd.h"
#include "services/interaction/model/newton.h"

namespace vefa::interaction::model {

// Customers with the same history.
struct MergedRow {
  Customer customer;
  int64_t count = 0;
};

// Merges customers of equal frequency, recency and age, in that order. The times must be whole
// days, so that equal means equal: INVALID_ARGUMENT `TIME_NOT_WHOLE_DAYS`, or as CheckCustomer.
Result<std::vector<MergedRow>> MergeCustomers(std::span<const Customer> customers);

// Log-likelihood with gradient and Hessian in ln r, ln alpha, ln a, ln b. Rows of equal frequency
// should be next to each other: what depends on the frequency alone is then computed once. The
// customers and parameters must be in range; this is the inner loop and does not check.
Evaluation<4> BgNbdLogLikelihood(const BgNbdParameters& parameters, std::span<const MergedRow> rows);

}  // namespace vefa::interaction::model
