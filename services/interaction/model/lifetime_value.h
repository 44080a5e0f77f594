#pragma once

#include "libs/base/result.h"
#include "services/interaction/model/bg_nbd.h"
#include "services/interaction/model/gamma_gamma.h"

namespace vefa::interaction::model {

constexpr int kMaxMonths = 120;
constexpr double kWeeksPerMonth = 365.25 / 12 / 7;

struct LifetimeValueOptions {
  int months = 12;
  double monthly_discount = 0.01;
  double weeks_per_month = kWeeksPerMonth;
};

// Present value of the revenue expected from the customer in the coming months, each month's
// discounted to its end, in major units. It multiplies purchases by value, so it holds only where
// the two hardly depend on each other (correlation.h). INVALID_ARGUMENT as bg_nbd.h and
// gamma_gamma.h say, `HORIZON_RANGE` or `DISCOUNT_RANGE`.
Result<double> LifetimeValue(const BgNbdParameters& purchases, const GammaGammaParameters& values,
                             const Customer& customer, double mean_value, const LifetimeValueOptions& options = {});

}  // namespace vefa::interaction::model
