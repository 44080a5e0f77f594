#include "services/interaction/model/holdout.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "services/interaction/model/merged_rows.h"
#include "services/interaction/model/sum.h"

namespace vefa::interaction::model {
namespace {

// What is added up over the customers of a group.
struct GroupSums {
  int64_t customers = 0;
  Sum predicted, buyers;
  int64_t actual = 0;
  int64_t actual_buyers = 0;
};

// Purchases of each customer within the weeks.
std::vector<int64_t> ActualPurchases(const PurchaseHistory& history, int32_t weeks) {
  std::vector<int64_t> actual(history.customers.size(), 0);
  for (const LaterPurchase& later : history.later) {
    if (later.days_after <= weeks * 7) ++actual[later.customer];
  }
  return actual;
}

HoldoutGroup GroupOf(int32_t frequency, const GroupSums& sums) {
  HoldoutGroup group;
  group.frequency = frequency;
  group.customers = sums.customers;
  if (sums.customers == 0) return group;
  const auto count = static_cast<double>(sums.customers);
  group.predicted_mean = sums.predicted.value() / count;
  group.actual_mean = static_cast<double>(sums.actual) / count;
  group.predicted_buyers = sums.buyers.value() / count;
  group.actual_buyers = static_cast<double>(sums.actual_buyers) / count;
  return group;
}

// Fills everything but the weeks.
Status CompareCustomers(const BgNbdParameters& parameters, const PurchaseHistory& history, Holdout& holdout) {
  const std::vector<int64_t> actual = ActualPurchases(history, holdout.weeks);
  std::array<GroupSums, kLastHoldoutGroup + 1> groups;
  Sum predicted, absolute_error, brier;
  int64_t bought = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    const Customer customer = history.customers[i].Known(history.as_of_day);
    VEFA_TRY(const double expected, ExpectedPurchases(parameters, customer, holdout.weeks));
    VEFA_TRY(const double buys, PBuyWithin(parameters, customer, holdout.weeks));
    const bool did = actual[i] > 0;
    predicted.Add(expected);
    absolute_error.Add(std::fabs(expected - static_cast<double>(actual[i])));
    brier.Add((buys - (did ? 1 : 0)) * (buys - (did ? 1 : 0)));
    bought += did ? 1 : 0;
    holdout.actual += actual[i];
    GroupSums& group = groups[static_cast<size_t>(std::min(customer.frequency, kLastHoldoutGroup))];
    ++group.customers;
    group.predicted.Add(expected);
    group.buyers.Add(buys);
    group.actual += actual[i];
    group.actual_buyers += did ? 1 : 0;
  }
  const auto count = static_cast<double>(actual.size());
  const double share = static_cast<double>(bought) / count;
  holdout.predicted = predicted.value();
  holdout.mean_absolute_error = absolute_error.value() / count;
  holdout.brier = brier.value() / count;
  holdout.base_brier = share * (1 - share);
  for (int32_t x = 0; x <= kLastHoldoutGroup; ++x) holdout.groups.push_back(GroupOf(x, groups[static_cast<size_t>(x)]));
  return Ok();
}

// Customers with the same history have the same prediction; merged, the weeks cost little.
Status CompareWeeks(const BgNbdParameters& parameters, const PurchaseHistory& history, Holdout& holdout) {
  VEFA_TRY(const std::vector<MergedRow> rows, MergeCustomers(KnownCustomers(history)));
  std::vector<int64_t> by_week(static_cast<size_t>(holdout.weeks), 0);
  for (const LaterPurchase& later : history.later) {
    const auto week = static_cast<size_t>((later.days_after - 1) / 7);
    if (week < by_week.size()) ++by_week[week];
  }
  int64_t actual = 0;
  for (int32_t week = 1; week <= holdout.weeks; ++week) {
    Sum predicted;
    for (const MergedRow& row : rows) {
      VEFA_TRY(const double expected, ExpectedPurchases(parameters, row.customer, week));
      predicted.Add(static_cast<double>(row.count) * expected);
    }
    actual += by_week[static_cast<size_t>(week - 1)];
    holdout.by_week.push_back({week, predicted.value(), actual});
  }
  return Ok();
}

}  // namespace

Result<Holdout> CompareHoldout(const BgNbdParameters& parameters, const PurchaseHistory& history, int32_t weeks) {
  if (weeks < 1 || weeks > kMaxHoldoutWeeks || weeks * 7 > history.horizon_days) {
    return InvalidArgument("HORIZON_RANGE", "Give 1 to " + std::to_string(kMaxHoldoutWeeks) +
                                                " weeks that the history's horizon covers.");
  }
  if (history.customers.empty()) return InvalidArgument("NO_CUSTOMERS", "No customer had bought by the as-of day.");
  Holdout holdout;
  holdout.weeks = weeks;
  VEFA_TRY_OK(CompareCustomers(parameters, history, holdout));
  VEFA_TRY_OK(CompareWeeks(parameters, history, holdout));
  return holdout;
}

bool PassesGate(const Holdout& holdout, const HoldoutGate& gate) {
  const double error = std::fabs(holdout.predicted - static_cast<double>(holdout.actual));
  return error <= gate.total_error * static_cast<double>(holdout.actual) &&
         holdout.brier < gate.brier_share * holdout.base_brier;
}

}  // namespace vefa::interaction::model
