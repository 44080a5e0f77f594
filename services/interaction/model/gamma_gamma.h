#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>

#include "libs/base/result.h"
#include "services/interaction/model/bg_nbd_fit.h"

// What a purchase is worth: Gamma-Gamma (Fader and Hardie 2013). Money is in major units.
namespace vefa::interaction::model {

constexpr double kMaxMeanValue = 1e12;

// A customer's repeat purchases and their mean value.
struct RepeatValue {
  int32_t frequency = 0;
  double mean_value = 0;
};

struct GammaGammaParameters {
  double p = 1;  // Shape of a purchase's value.
  double q = 2;  // Shape of the heterogeneity; the population mean needs q > 1.
  double v = 1;  // Scale of the heterogeneity, money.
};

struct GammaGammaFitOptions {
  // Where to start; by default p = q = 1 and v = the mean value of the data.
  std::optional<GammaGammaParameters> start;
  int64_t required_repeat_buyers = 200;
  int max_iterations = 60;
  std::function<void(const FitProgress&)> progress;
};

struct GammaGammaFit {
  GammaGammaParameters parameters;
  double log_likelihood = 0;
  int iterations = 0;
  int evaluations = 0;
  int64_t customers = 0;                         // Repeat buyers it was fitted on.
  std::array<double, 3> log_standard_errors{};  // Of ln p, ln q, ln v.
};

// The most likely parameters on customers with repeat purchases and a positive mean value; others
// are left out. The answer depends only on the multiset of values and the options.
// INVALID_ARGUMENT `FREQUENCY_RANGE` or `VALUE_RANGE`; FAILED_PRECONDITION as FitBgNbd, and
// `VALUE_MEAN_INFINITE` when q <= 1.
Result<GammaGammaFit> FitGammaGamma(std::span<const RepeatValue> values, const GammaGammaFitOptions& options = {});

// Expected value of one purchase of any customer. INVALID_ARGUMENT `PARAMETER_RANGE`.
Result<double> PopulationMeanValue(const GammaGammaParameters& parameters);
// Expected value of a purchase of this customer: its own mean drawn towards the population's, and
// the population's without a repeat purchase. INVALID_ARGUMENT `PARAMETER_RANGE`,
// `FREQUENCY_RANGE` or `VALUE_RANGE`.
Result<double> ExpectedValue(const GammaGammaParameters& parameters, const RepeatValue& value);

}  // namespace vefa::interaction::model
