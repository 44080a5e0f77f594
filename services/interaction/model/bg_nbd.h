#pragma once

#include <cstdint>

#include "libs/base/result.h"

// How often a customer will buy, and whether it is still a customer: BG/NBD (Fader, Hardie and Lee
// 2005) and MBG/NBD (Batislam, Denizel and Filiztekin 2007). Time is in weeks.
namespace vefa::interaction::model {

// Largest count and time that are accepted; beyond them the input is a mistake.
constexpr int32_t kMaxFrequency = 1'000'000;
constexpr double kMaxWeeks = 100'000;
// Each parameter must lie between these.
constexpr double kMinParameter = 1e-6;
constexpr double kMaxParameter = 1e6;

constexpr double kDaysPerWeek = 7;
constexpr double WeeksFromDays(double days) { return days / kDaysPerWeek; }

// What is known of a customer on the as-of day.
struct Customer {
  int32_t frequency = 0;     // Repeat purchase days.
  double recency_weeks = 0;  // From the first to the last purchase; 0 exactly when frequency is 0.
  double age_weeks = 0;      // From the first purchase to the as-of day.
};

enum class Variant {
  kBgNbd,   // Nobody leaves before the first repeat purchase: P(alive) is 1 without one.
  kMbgNbd,  // A customer may also leave right after the first purchase.
};

struct BgNbdParameters {
  double r = 1;      // Shape of the purchase rate.
  double alpha = 1;  // Scale of the purchase rate, weeks.
  double a = 1;      // First and second parameter of the drop-out probability.
  double b = 1;
  Variant variant = Variant::kBgNbd;
};

// INVALID_ARGUMENT `FREQUENCY_RANGE`, `TIME_RANGE` or `RECENCY_MISMATCH`.
Status CheckCustomer(const Customer& customer);
// INVALID_ARGUMENT `PARAMETER_RANGE`.
Status CheckParameters(const BgNbdParameters& parameters);

// All of these check their arguments first, answer INVALID_ARGUMENT as above (`HORIZON_RANGE` for
// the weeks), and never give NaN.

// Probability that the customer has not left.
Result<double> PAlive(const BgNbdParameters& parameters, const Customer& customer);
// Probability of at least one purchase in the `weeks` after the as-of day.
Result<double> PBuyWithin(const BgNbdParameters& parameters, const Customer& customer, double weeks);
// Purchases expected in the `weeks` after the as-of day.
Result<double> ExpectedPurchases(const BgNbdParameters& parameters, const Customer& customer, double weeks);
// Probability of exactly `count` purchases in the `weeks` after the as-of day.
Result<double> PurchaseCountProbability(const BgNbdParameters& parameters, const Customer& customer, double weeks,
                                        int32_t count);
// Median of the weeks to the next purchase of a customer that has not left. The mean is infinite for
// most customers and so not offered. OUT_OF_RANGE `MEDIAN_RANGE` when it is beyond kMaxWeeks.
Result<double> MedianWeeksToPurchase(const BgNbdParameters& parameters, const Customer& customer);

}  // namespace vefa::interaction::model
