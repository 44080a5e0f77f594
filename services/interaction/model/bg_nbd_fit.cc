#include "services/interaction/model/bg_nbd_fit.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "services/interaction/model/acceptance.h"
#include "services/interaction/model/bg_nbd_likelihood.h"

namespace vefa::interaction::model {
namespace {

BgNbdParameters FromLogs(const Vector<4>& logs, Variant variant) {
  return {std::exp(logs[0]), std::exp(logs[1]), std::exp(logs[2]), std::exp(logs[3]), variant};
}

Error TooLittle(const std::string& what, int64_t has, int64_t needs) {
  Error error = FitRefused("TOO_LITTLE_DATA", "There are " + std::to_string(has) + " " + what +
                                                  "; the model needs " + std::to_string(needs) + " to be trusted.");
  error.metadata = {{"has", std::to_string(has)}, {"needs", std::to_string(needs)}};
  return error;
}

// Only a customer's mean gap between purchases is known; the median of these stands for the median gap.
double MedianGapWeeks(std::span<const Customer> customers) {
  std::vector<double> gaps;
  for (const Customer& customer : customers) {
    if (customer.frequency > 0) gaps.push_back(customer.recency_weeks / customer.frequency);
  }
  if (gaps.empty()) return 0;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

Status CheckEnough(std::span<const Customer> customers, const DataRequirement& required) {
  const auto total = static_cast<int64_t>(customers.size());
  int64_t repeat_buyers = 0;
  double longest = 0;
  for (const Customer& customer : customers) {
    if (customer.frequency > 0) ++repeat_buyers;
    longest = std::max(longest, customer.age_weeks);
  }
  // Whatever the requirement, nothing can be said about nobody.
  if (total < std::max<int64_t>(required.customers, 1)) return TooLittle("customers", total, required.customers);
  if (repeat_buyers < std::max<int64_t>(required.repeat_buyers, 1)) {
    return TooLittle("customers with a repeat purchase", repeat_buyers, required.repeat_buyers);
  }
  const double needed = required.gaps * MedianGapWeeks(customers);
  if (longest < needed) {
    return TooLittle("weeks of history", std::lround(longest), std::lround(std::ceil(needed)));
  }
  return Ok();
}

}  // namespace

Result<BgNbdFit> FitBgNbd(std::span<const Customer> customers, const BgNbdFitOptions& options) {
  VEFA_TRY_OK(CheckParameters(options.start));
  VEFA_TRY(const std::vector<MergedRow> rows, MergeCustomers(customers));
  VEFA_TRY_OK(CheckEnough(customers, options.required));
  const BgNbdParameters& start = options.start;
  NewtonOptions newton;
  newton.weight = static_cast<double>(customers.size());
  newton.max_iterations = options.max_iterations;
  newton.progress = options.progress;
  const BgNbdLikelihood likelihood(rows);
  const auto result = Maximize<4>({std::log(start.r), std::log(start.alpha), std::log(start.a), std::log(start.b)}, newton,
                                  [&](const Vector<4>& logs) { return likelihood(FromLogs(logs, start.variant)); });
  BgNbdFit fit;
  fit.parameters = FromLogs(result.point, start.variant);
  const std::array<double, 4> bounded = {fit.parameters.r, fit.parameters.alpha, fit.parameters.a, fit.parameters.b};
  VEFA_TRY_OK(AcceptFit<4>(result, bounded));
  fit.log_likelihood = result.at.value;
  fit.iterations = result.iterations;
  fit.evaluations = result.evaluations;
  fit.customers = static_cast<int64_t>(customers.size());
  fit.rows = static_cast<int64_t>(rows.size());
  fit.log_standard_errors = StandardErrors(result.information);
  const auto [smallest, largest] = std::minmax_element(result.information.values.begin(), result.information.values.end());
  fit.condition = *largest / *smallest;
  return fit;
}

}  // namespace vefa::interaction::model
