#pragma once

#include <cstdint>
#include <vector>

#include "services/interaction/model/bg_nbd.h"
#include "services/interaction/model/purchase_history.h"

namespace vefa::interaction::model {

constexpr int32_t kMaxHoldoutWeeks = 520;
// The last group holds every customer with at least so many repeat purchases.
constexpr int32_t kLastHoldoutGroup = 7;

// Customers with the same number of repeat purchases. Means of an empty group are 0.
struct HoldoutGroup {
  int32_t frequency = 0;
  int64_t customers = 0;
  double predicted_mean = 0;  // Purchases.
  double actual_mean = 0;
  double predicted_buyers = 0;  // Share that buys at all.
  double actual_buyers = 0;
};

// Cumulative purchases up to the end of a week after the as-of day.
struct HoldoutWeek {
  int32_t week = 0;
  double predicted = 0;
  int64_t actual = 0;
};

// Prediction against what the same customers did afterwards.
struct Holdout {
  int32_t weeks = 0;
  double predicted = 0;  // Purchases in total.
  int64_t actual = 0;
  double mean_absolute_error = 0;  // Of the purchases of one customer.
  double brier = 0;                // Mean squared error of P(buys at all).
  double base_brier = 0;           // The same for a constant, the share that bought.
  std::vector<HoldoutGroup> groups;
  std::vector<HoldoutWeek> by_week;
};

// Compares over the first `weeks` weeks of the history's horizon. INVALID_ARGUMENT `HORIZON_RANGE`
// when these are not 1 to kMaxHoldoutWeeks and within the horizon, `NO_CUSTOMERS`, or as
// bg_nbd.h says.
Result<Holdout> CompareHoldout(const BgNbdParameters& parameters, const PurchaseHistory& history, int32_t weeks);

// When a comparison is good enough to show probabilities; otherwise only the ranks are.
struct HoldoutGate {
  double total_error = 0.20;  // Largest |predicted - actual| / actual.
  double brier_share = 0.95;  // Brier must be below this share of the base's.
};
bool PassesGate(const Holdout& holdout, const HoldoutGate& gate = {});

}  // namespace vefa::interaction::model
