#pragma once

#include <array>
#include <functional>
#include <span>

#include "services/interaction/model/bg_nbd.h"

namespace vefa::interaction::model {

// Least data a fit is trusted on. Below 500 customers one fit in fourteen fails and the forecast is
// off by more than a tenth by chance alone.
struct DataRequirement {
  int64_t customers = 500;
  int64_t repeat_buyers = 200;
  // The longest age, in median gaps between the purchases of a repeat buyer.
  double gaps = 3;
};

struct FitProgress {
  int iteration = 0;
  double log_likelihood = 0;
};

struct BgNbdFitOptions {
  // Where to start, and the variant to fit. The last accepted version is a good start.
  BgNbdParameters start;
  DataRequirement required;
  int max_iterations = 60;
  // Called after each iteration, on the calling thread.
  std::function<void(const FitProgress&)> progress;
};

struct BgNbdFit {
  BgNbdParameters parameters;
  double log_likelihood = 0;
  int iterations = 0;
  int evaluations = 0;
  int64_t customers = 0;
  int64_t rows = 0;  // Distinct histories.
  // Of ln r, ln alpha, ln a, ln b, from the observed information.
  std::array<double, 4> log_standard_errors{};
  // Largest over smallest eigenvalue of the observed information.
  double condition = 0;
};

// The most likely parameters, by Newton's method. The answer depends only on the multiset of
// customers and the options. INVALID_ARGUMENT as CheckCustomer and MergeCustomers say;
// FAILED_PRECONDITION `TOO_LITTLE_DATA`, `NOT_CONVERGED`, `PARAMETER_RANGE` (a parameter ran
// away, so the model does not describe these customers) or `NOT_IDENTIFIED` (no clear optimum).
Result<BgNbdFit> FitBgNbd(std::span<const Customer> customers, const BgNbdFitOptions& options = {});

}  // namespace vefa::interaction::model
