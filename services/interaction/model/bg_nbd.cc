#include "services/interaction/model/bg_nbd.h"

#include <cmath>
#include <string>

#include "services/interaction/model/kernel.h"
#include "services/interaction/model/special.h"

namespace vefa::interaction::model {
namespace {

bool Within(double value, double low, double high) { return value >= low && value <= high; }  // False for NaN.

// What is believed of a customer that is alive on the as-of day: its rate is Gamma(shape, scale), its
// drop-out probability Beta(a, b). It has the form of the prior, so one kernel serves both.
struct Posterior {
  double alive = 1;
  double shape = 0;
  double scale = 0;
  double a = 0;
  double b = 0;
};

Posterior PosteriorOf(const BgNbdParameters& parameters, const Customer& customer) {
  const bool modified = parameters.variant == Variant::kMbgNbd;
  const double x = customer.frequency;
  const double drops = x + (modified ? 1 : 0);  // Occasions on which the customer could have left.
  Posterior posterior;
  posterior.shape = parameters.r + x;
  posterior.scale = parameters.alpha + customer.age_weeks;
  posterior.a = parameters.a;
  posterior.b = parameters.b + drops;
  if (drops > 0) {
    // The log odds of having left after the last purchase. An exp that overflows gives the right limit, 0.
    const double left = std::log(parameters.a) - std::log(parameters.b + drops - 1) +
                        posterior.shape * (std::log(posterior.scale) - std::log(parameters.alpha + customer.recency_weeks));
    posterior.alive = 1 / (1 + std::exp(left));
  }
  return posterior;
}

Status CheckWeeks(double weeks) {
  if (Within(weeks, 0, kMaxWeeks)) return Ok();
  return InvalidArgument("HORIZON_RANGE", "Give a horizon of 0 to " + std::to_string(int(kMaxWeeks)) + " weeks.");
}

Result<Posterior> Check(const BgNbdParameters& parameters, const Customer& customer) {
  VEFA_TRY_OK(CheckParameters(parameters));
  VEFA_TRY_OK(CheckCustomer(customer));
  return PosteriorOf(parameters, customer);
}

}  // namespace

Status CheckCustomer(const Customer& customer) {
  if (customer.frequency < 0 || customer.frequency > kMaxFrequency) {
    return InvalidArgument("FREQUENCY_RANGE",
                           "Give a number of repeat purchases from 0 to " + std::to_string(kMaxFrequency) + ".");
  }
  if (!Within(customer.age_weeks, 0, kMaxWeeks) || !Within(customer.recency_weeks, 0, customer.age_weeks)) {
    return InvalidArgument("TIME_RANGE", "Give 0 <= recency <= age <= " + std::to_string(int(kMaxWeeks)) + " weeks.");
  }
  if ((customer.frequency == 0) != (customer.recency_weeks == 0)) {
    return InvalidArgument("RECENCY_MISMATCH", "The recency is 0 exactly when there is no repeat purchase.");
  }
  return Ok();
}

Status CheckParameters(const BgNbdParameters& parameters) {
  for (double value : {parameters.r, parameters.alpha, parameters.a, parameters.b}) {
    if (!Within(value, kMinParameter, kMaxParameter)) {
      return InvalidArgument("PARAMETER_RANGE", "Every model parameter lies between 1e-6 and 1e6.");
    }
  }
  return Ok();
}

Result<double> PAlive(const BgNbdParameters& parameters, const Customer& customer) {
  VEFA_TRY(const Posterior posterior, Check(parameters, customer));
  return posterior.alive;
}

Result<double> PBuyWithin(const BgNbdParameters& parameters, const Customer& customer, double weeks) {
  VEFA_TRY(const Posterior posterior, Check(parameters, customer));
  VEFA_TRY_OK(CheckWeeks(weeks));
  return posterior.alive * -std::expm1(-posterior.shape * std::log1p(weeks / posterior.scale));
}

Result<double> ExpectedPurchases(const BgNbdParameters& parameters, const Customer& customer, double weeks) {
  VEFA_TRY(const Posterior posterior, Check(parameters, customer));
  VEFA_TRY_OK(CheckWeeks(weeks));
  return posterior.alive * ExpectedWhenAlive(posterior.shape, posterior.a, posterior.b, weeks / posterior.scale);
}

Result<double> PurchaseCountProbability(const BgNbdParameters& parameters, const Customer& customer, double weeks,
                                        int32_t count) {
  VEFA_TRY(const Posterior posterior, Check(parameters, customer));
  VEFA_TRY_OK(CheckWeeks(weeks));
  if (count < 0 || count > kMaxFrequency) {
    return InvalidArgument("FREQUENCY_RANGE",
                           "Give a number of purchases from 0 to " + std::to_string(kMaxFrequency) + ".");
  }
  const double n = count;
  const double z = weeks / (posterior.scale + weeks);
  // Stayed through all n purchases, and made exactly n in the time.
  const double stayed = LogRising(posterior.b, count) - LogRising(posterior.a + posterior.b, count);
  const double rate = LogRising(posterior.shape, count) - LogGamma(n + 1) + posterior.shape * std::log1p(-z);
  double probability = 0;
  if (count == 0) {
    probability = std::exp(rate);
  } else if (z > 0) {
    probability = std::exp(stayed + rate + n * std::log(z));
    // Left right after the n-th, which fell into the time.
    const double left = std::log(posterior.a) + LogRising(posterior.b, count - 1) - LogRising(posterior.a + posterior.b, count);
    probability += std::exp(left) * RegularizedBeta(z, n, posterior.shape);
  }
  return posterior.alive * probability + (count == 0 ? 1 - posterior.alive : 0);
}

Result<double> MedianWeeksToPurchase(const BgNbdParameters& parameters, const Customer& customer) {
  VEFA_TRY(const Posterior posterior, Check(parameters, customer));
  const double median = posterior.scale * std::expm1(std::log(2.0) / posterior.shape);
  if (median <= kMaxWeeks) return median;
  return Error{Code::kOutOfRange, "MEDIAN_RANGE", "The median time to the next purchase is beyond any horizon."};
}

}  // namespace vefa::interaction::model
