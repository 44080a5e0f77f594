#pragma once

#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "libs/base/result.h"
#include "services/interaction/model/newton.h"

namespace vefa::interaction::model {

inline Error FitRefused(std::string reason, std::string message) {
  return {Code::kFailedPrecondition, std::move(reason), std::move(message)};
}

// Whether a fit may be used at all: converged, at a clear optimum, and no dimensionless parameter
// has run away. `bounded` are the parameters that are held to the range.
template <size_t N>
Status AcceptFit(const NewtonResult<N>& result, std::span<const double> bounded) {
  constexpr double kSmallest = 1e-4;
  constexpr double kLargest = 200;
  constexpr double kFlattest = 1e-10;
  for (double parameter : bounded) {
    if (!(parameter >= kSmallest && parameter <= kLargest)) {
      return FitRefused("PARAMETER_RANGE", "A parameter ran away: the model does not describe these customers.");
    }
  }
  if (!result.converged) {
    return FitRefused("NOT_CONVERGED",
                      "The fit did not converge in " + std::to_string(result.iterations) + " iterations.");
  }
  double smallest = result.information.values[0];
  double largest = smallest;
  for (double value : result.information.values) {
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  if (smallest <= kFlattest * largest) {
    return FitRefused("NOT_IDENTIFIED", "The data do not determine the parameters: the likelihood is flat.");
  }
  return Ok();
}

// Of an accepted fit.
template <size_t N>
Vector<N> StandardErrors(const Eigen<N>& information) {
  Vector<N> errors{};
  for (size_t i = 0; i < N; ++i) {
    double variance = 0;
    for (size_t j = 0; j < N; ++j) {
      variance += information.vectors[i][j] * information.vectors[i][j] / information.values[j];
    }
    errors[i] = std::sqrt(variance);
  }
  return errors;
}

}  // namespace vefa::interaction::model
