#include "services/interaction/model/lifetime_value.h"

#include <cmath>
#include <string>

#include "services/interaction/model/sum.h"

namespace vefa::interaction::model {

Result<double> LifetimeValue(const BgNbdParameters& purchases, const GammaGammaParameters& values,
                             const Customer& customer, double mean_value, const LifetimeValueOptions& options) {
  if (options.months < 1 || options.months > kMaxMonths || !(options.weeks_per_month > 0)) {
    return InvalidArgument("HORIZON_RANGE", "Give 1 to " + std::to_string(kMaxMonths) + " months of some weeks.");
  }
  if (!(options.monthly_discount >= 0 && options.monthly_discount <= 1)) {
    return InvalidArgument("DISCOUNT_RANGE", "Give a monthly discount of 0 to 1.");
  }
  VEFA_TRY(const double value, ExpectedValue(values, {customer.frequency, mean_value}));
  Sum discounted;
  double before = 0;
  for (int month = 1; month <= options.months; ++month) {
    VEFA_TRY(const double expected, ExpectedPurchases(purchases, customer, month * options.weeks_per_month));
    discounted.Add((expected - before) * std::pow(1 + options.monthly_discount, -month));
    before = expected;
  }
  return value * discounted.value();
}

}  // namespace vefa::interaction::model
