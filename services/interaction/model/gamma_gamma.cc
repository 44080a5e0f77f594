#include "services/interaction/model/gamma_gamma.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "services/interaction/model/acceptance.h"
#include "services/interaction/model/special.h"
#include "services/interaction/model/sum.h"

namespace vefa::interaction::model {
namespace {

Status CheckValue(const RepeatValue& value) {
  if (value.frequency < 0 || value.frequency > kMaxFrequency) {
    return InvalidArgument("FREQUENCY_RANGE",
                           "Give a number of repeat purchases from 0 to " + std::to_string(kMaxFrequency) + ".");
  }
  if (!(value.mean_value >= 0 && value.mean_value <= kMaxMeanValue)) {
    return InvalidArgument("VALUE_RANGE", "Give a mean value from 0 to 1e12.");
  }
  return Ok();
}

bool InRange(double value) { return value >= kMinParameter && value <= kMaxMeanValue; }

Status CheckParameters(const GammaGammaParameters& parameters) {
  if (InRange(parameters.p) && InRange(parameters.q) && InRange(parameters.v)) return Ok();
  return InvalidArgument("PARAMETER_RANGE", "Every model parameter lies between 1e-6 and 1e12.");
}

// Those the model is fitted on, in a fixed order.
Result<std::vector<RepeatValue>> RepeatBuyers(std::span<const RepeatValue> values) {
  std::vector<RepeatValue> buyers;
  for (const RepeatValue& value : values) {
    VEFA_TRY_OK(CheckValue(value));
    if (value.frequency > 0 && value.mean_value > 0) buyers.push_back(value);
  }
  std::sort(buyers.begin(), buyers.end(), [](const RepeatValue& left, const RepeatValue& right) {
    return left.frequency != right.frequency ? left.frequency < right.frequency : left.mean_value < right.mean_value;
  });
  return buyers;
}

// ln Gamma, digamma and trigamma at one argument.
struct GammaAt {
  explicit GammaAt(double z) : log(LogGamma(z)), digamma(Digamma(z)), trigamma(Trigamma(z)) {}
  double log, digamma, trigamma;
};

// Value, gradient and Hessian in ln p, ln q, ln v. The buyers are ordered by frequency, so the gamma
// functions are computed once per frequency.
Evaluation<3> LogLikelihood(const GammaGammaParameters& theta, std::span<const RepeatValue> buyers) {
  const auto [p, q, v] = theta;
  const GammaAt at_q(q);
  GammaAt many(q), own(q);
  const double log_v = std::log(v);
  int32_t frequency = 0;
  std::array<Sum, 10> sums;
  for (const RepeatValue& buyer : buyers) {
    const double x = buyer.frequency;
    if (buyer.frequency != frequency) {
      frequency = buyer.frequency;
      many = GammaAt(p * x + q);
      own = GammaAt(p * x);
    }
    const double scale = v + x * buyer.mean_value;
    const double log_scale = std::log(scale);
    const double log_total = std::log(x * buyer.mean_value);
    const double ratio = (p * x + q) / scale;
    // px ln x + (px - 1) ln m = px ln(x m) - ln m.
    const std::array<double, 10> terms = {
        many.log - own.log - at_q.log + q * log_v + p * x * log_total - std::log(buyer.mean_value) -
            (p * x + q) * log_scale,
        x * (many.digamma - own.digamma + log_total - log_scale),
        many.digamma - at_q.digamma + log_v - log_scale,
        q / v - ratio,
        x * x * (many.trigamma - own.trigamma),
        x * many.trigamma,
        -x / scale,
        many.trigamma - at_q.trigamma,
        1 / v - 1 / scale,
        ratio / scale - q / (v * v)};
    for (size_t i = 0; i < terms.size(); ++i) sums[i].Add(terms[i]);
  }
  const Vector<3> scale = {p, q, v};
  Evaluation<3> result;
  result.value = sums[0].value();
  for (size_t i = 0; i < 3; ++i) result.gradient[i] = scale[i] * sums[1 + i].value();
  size_t entry = 4;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = i; j < 3; ++j) {
      result.hessian[i][j] = scale[i] * scale[j] * sums[entry++].value() + (i == j ? result.gradient[i] : 0);
      result.hessian[j][i] = result.hessian[i][j];
    }
  }
  return result;
}

GammaGammaParameters FromLogs(const Vector<3>& logs) {
  return {std::exp(logs[0]), std::exp(logs[1]), std::exp(logs[2])};
}

GammaGammaParameters DefaultStart(std::span<const RepeatValue> buyers) {
  Sum total;
  for (const RepeatValue& buyer : buyers) total.Add(buyer.mean_value);
  return {1, 1, total.value() / static_cast<double>(buyers.size())};
}

}  // namespace

Result<GammaGammaFit> FitGammaGamma(std::span<const RepeatValue> values, const GammaGammaFitOptions& options) {
  VEFA_TRY(const std::vector<RepeatValue> buyers, RepeatBuyers(values));
  const auto count = static_cast<int64_t>(buyers.size());
  if (count < std::max<int64_t>(options.required_repeat_buyers, 1)) {
    return FitRefused("TOO_LITTLE_DATA", "There are " + std::to_string(count) +
                                             " customers with paid repeat purchases; the model needs " +
                                             std::to_string(options.required_repeat_buyers) + " to be trusted.");
  }
  const GammaGammaParameters start = options.start.value_or(DefaultStart(buyers));
  VEFA_TRY_OK(CheckParameters(start));
  NewtonOptions newton;
  newton.weight = static_cast<double>(count);
  newton.decrement = std::numeric_limits<double>::infinity();
  newton.gradient = 1e-9;
  newton.max_iterations = options.max_iterations;
  newton.progress = options.progress;
  const auto result = Maximize<3>({std::log(start.p), std::log(start.q), std::log(start.v)}, newton,
                                  [&](const Vector<3>& logs) { return LogLikelihood(FromLogs(logs), buyers); });
  GammaGammaFit fit;
  fit.parameters = FromLogs(result.point);
  // The scale is money, whose size says nothing.
  const std::array<double, 2> bounded = {fit.parameters.p, fit.parameters.q};
  VEFA_TRY_OK(AcceptFit<3>(result, bounded));
  if (fit.parameters.q <= 1) {
    return FitRefused("VALUE_MEAN_INFINITE", "The values vary so much that their mean is not finite in the model.");
  }
  fit.log_likelihood = result.at.value;
  fit.iterations = result.iterations;
  fit.evaluations = result.evaluations;
  fit.customers = count;
  fit.log_standard_errors = StandardErrors(result.information);
  return fit;
}

Result<double> ExpectedValue(const GammaGammaParameters& parameters, const RepeatValue& value) {
  VEFA_TRY_OK(CheckParameters(parameters));
  if (parameters.q <= 1) return InvalidArgument("PARAMETER_RANGE", "The population mean is finite only for q > 1.");
  VEFA_TRY_OK(CheckValue(value));
  const double x = value.frequency;
  return parameters.p * (parameters.v + x * value.mean_value) / (parameters.p * x + parameters.q - 1);
}

Result<double> PopulationMeanValue(const GammaGammaParameters& parameters) { return ExpectedValue(parameters, {}); }

}  // namespace vefa::interaction::model
