#include "services/interaction/model/gamma_gamma.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "services/interaction/model/correlation.h"
#include "services/interaction/model/lifetime_value.h"

namespace vefa::interaction::model {
namespace {

constexpr BgNbdParameters kFittedBg = {.2425945, 4.4136020, .7929220, 2.4259068, Variant::kBgNbd};
constexpr BgNbdParameters kFittedMbg = {.5248432, 6.1830853, .8913594, 1.6140022, Variant::kMbgNbd};
constexpr GammaGammaParameters kValues = {6.24957, 3.74422, 15.44352};

struct Row {
  const char* id;
  int32_t frequency;
  double recency_days, age_days, mean_value;
  double alive[2], expected[2];  // BG/NBD, MBG/NBD.
  double mbg_buys_90_days, mbg_median_weeks, value;
  double year[2], three_years[2];
};

// Ten real customers, from an independent implementation.
const Row kTable[] = {
    {"0001", 2, 213, 272, 22.345, {.726620, .706138}, {1.22599, 1.26276}, .331567, 14.2288, 24.6539, {36.2740, 37.1806}, {75.2907, 75.0866}},
    {"0002", 1, 12, 272, 11.77, {.212391, .170951}, {.203419, .188945}, .0543842, 25.9204, 18.9100, {4.64094, 4.28867}, {9.89825, 8.88512}},
    {"0003", 0, 0, 272, 0, {1, .389723}, {.194794, .153966}, .0481232, 123.678, 35.1704, {8.34449, 6.55628}, {18.7467, 14.2314}},
    {"0006", 7, 206, 272, 73.74142857, {.641835, .622680}, {3.33757, 3.16717}, .528574, 4.34595, 71.4647, {283.558, 267.786}, {562.881, 517.407}},
    {"0007", 1, 35, 272, 11.77, {.314941, .259523}, {.301637, .286839}, .0825613, 25.9204, 18.9100, {6.88175, 6.51067}, {14.6775, 13.4886}},
    {"0009", 2, 250, 272, 25.55, {.784873, .771569}, {1.32428, 1.37977}, .362290, 14.2288, 27.2819, {43.3587, 44.9563}, {89.9958, 90.7897}},
    {"0157", 29, 264, 266, 26.26137931, {.969221, .965938}, {20.0552, 18.9519}, .965425, 1.04955, 26.3943, {625.429, 587.991}, {1209.22, 1105.07}},
    {"2329", 0, 0, 189, 0, {1, .428462}, {.258979, .220623}, .0676602, 91.1190, 35.1704, {11.0170, 9.32101}, {23.9505, 19.5046}},
    {"0129", 4, 53, 266, 13.62, {.0311100, .0310653}, {.0982704, .0984630}, .0212849, 7.31420, 15.7517, {1.84615, 1.84092}, {3.71940, 3.61037}},
    {"1901", 21, 33, 205, 299.63380952, {2.52139e-11, 2.35673e-10}, {4.55721e-10, 4.00604e-09}, 2.35370e-10, 1.16076, 294.217, {1.57e-7, 1.38e-6}, {2.95e-7, 2.51e-6}},
};

// Equal to the digits of the table; `digits` are its significant digits.
void ExpectDigits(double value, double reference, int digits, const char* what) {
  EXPECT_NEAR(value, reference, 0.51 * std::pow(10, std::floor(std::log10(std::fabs(reference))) + 1 - digits)) << what;
}

TEST(LifetimeValueTest, TenCustomersEqualTheReference) {
  for (const Row& row : kTable) {
    const Customer customer{row.frequency, WeeksFromDays(row.recency_days), WeeksFromDays(row.age_days)};
    ExpectDigits(*PBuyWithin(kFittedMbg, customer, WeeksFromDays(90)), row.mbg_buys_90_days, 6, row.id);
    ExpectDigits(*MedianWeeksToPurchase(kFittedMbg, customer), row.mbg_median_weeks, 6, row.id);
    ExpectDigits(*ExpectedValue(kValues, {row.frequency, row.mean_value}), row.value, 6, row.id);
    for (int i = 0; i < 2; ++i) {
      const BgNbdParameters& parameters = i == 0 ? kFittedBg : kFittedMbg;
      LifetimeValueOptions options;
      options.weeks_per_month = 4.345;  // That of the reference.
      const int value_digits = row.year[i] < 1e-3 ? 3 : 6;
      ExpectDigits(*PAlive(parameters, customer), row.alive[i], 6, row.id);
      ExpectDigits(*ExpectedPurchases(parameters, customer, 39), row.expected[i], 6, row.id);
      ExpectDigits(*LifetimeValue(parameters, kValues, customer, row.mean_value, options), row.year[i], value_digits, row.id);
      options.months = 36;
      ExpectDigits(*LifetimeValue(parameters, kValues, customer, row.mean_value, options), row.three_years[i], value_digits, row.id);
    }
  }
}

TEST(LifetimeValueTest, RefusesWhatCannotBe) {
  const Customer customer{2, 30, 39};
  EXPECT_EQ(LifetimeValue(kFittedBg, kValues, customer, 20, {0}).error().reason, "HORIZON_RANGE");
  EXPECT_EQ(LifetimeValue(kFittedBg, kValues, customer, 20, {12, -0.1}).error().reason, "DISCOUNT_RANGE");
  EXPECT_EQ(LifetimeValue(kFittedBg, kValues, customer, 20, {12, 0.01, 0}).error().reason, "HORIZON_RANGE");
  EXPECT_EQ(LifetimeValue(kFittedBg, kValues, customer, -1).error().reason, "VALUE_RANGE");
  EXPECT_EQ(LifetimeValue(kFittedBg, kValues, {2, 40, 39}, 20).error().reason, "TIME_RANGE");
}

// Buyers that behave as the model says.
std::vector<RepeatValue> Simulate(const GammaGammaParameters& truth, int count) {
  std::mt19937_64 random(17);
  std::gamma_distribution<double> heterogeneity(truth.q, 1 / truth.v);
  std::vector<RepeatValue> values;
  for (int i = 0; i < count; ++i) {
    const int32_t x = 1 + i % 5;
    std::gamma_distribution<double> total(truth.p * x, 1 / heterogeneity(random));
    values.push_back({x, total(random) / x});
  }
  return values;
}

TEST(GammaGammaTest, FindsTheTruthWithinItsErrorsFromAnyStart) {
  std::vector<RepeatValue> values = Simulate({6, 4, 15}, 3000);
  values.push_back({0, 0});  // Neither says anything about values.
  values.push_back({3, 0});
  double log_likelihood = 0;
  for (const GammaGammaParameters& start : {GammaGammaParameters{1, 1, 30}, {4, 4, 10}, {.1, .1, 1}}) {
    GammaGammaFitOptions options;
    options.start = start;
    const auto fit = FitGammaGamma(values, options);
    ASSERT_TRUE(fit.ok()) << fit.error().message;
    EXPECT_EQ(fit->customers, 3000);
    EXPECT_LT(std::fabs(std::log(fit->parameters.p / 6)), 4 * fit->log_standard_errors[0]);
    EXPECT_LT(std::fabs(std::log(fit->parameters.q / 4)), 4 * fit->log_standard_errors[1]);
    EXPECT_LT(std::fabs(std::log(fit->parameters.v / 15)), 4 * fit->log_standard_errors[2]);
    if (log_likelihood != 0) {
      EXPECT_NEAR(fit->log_likelihood, log_likelihood, 1e-6);
    }
    log_likelihood = fit->log_likelihood;
  }
}

TEST(GammaGammaTest, TheUnitOfMoneyOnlyScales) {
  std::vector<RepeatValue> values = Simulate({6, 4, 15}, 1000);
  const GammaGammaFit fit = *FitGammaGamma(values);
  for (RepeatValue& value : values) value.mean_value *= 1000;
  const GammaGammaFit scaled = *FitGammaGamma(values);
  EXPECT_NEAR(scaled.parameters.p / fit.parameters.p, 1, 1e-6);
  EXPECT_NEAR(scaled.parameters.v / fit.parameters.v, 1000, 1e-3);
}

TEST(GammaGammaTest, RefusesWhatCannotBe) {
  EXPECT_EQ(FitGammaGamma({}).error().reason, "TOO_LITTLE_DATA");
  EXPECT_EQ(FitGammaGamma(Simulate({6, 4, 15}, 199)).error().reason, "TOO_LITTLE_DATA");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(FitGammaGamma(std::vector<RepeatValue>(300, {1, nan})).error().reason, "VALUE_RANGE");
  EXPECT_EQ(FitGammaGamma(std::vector<RepeatValue>(300, {-1, 1})).error().reason, "FREQUENCY_RANGE");
  // Everybody spends the same: the shapes run away.
  EXPECT_EQ(FitGammaGamma(std::vector<RepeatValue>(300, {2, 20})).error().code, Code::kFailedPrecondition);
  EXPECT_EQ(FitGammaGamma(Simulate({6, 0.5, 15}, 3000)).error().reason, "VALUE_MEAN_INFINITE");
  EXPECT_EQ(ExpectedValue({6, 1, 15}, {}).error().reason, "PARAMETER_RANGE");
  EXPECT_EQ(ExpectedValue({6, nan, 15}, {}).error().reason, "PARAMETER_RANGE");
  EXPECT_EQ(ExpectedValue(kValues, {1, nan}).error().reason, "VALUE_RANGE");
}

TEST(CorrelationTest, SeesDependenceOfEitherKind) {
  std::vector<RepeatValue> values;
  for (int i = 1; i <= 10; ++i) values.push_back({i, std::exp(i)});
  const Correlation rising = *CorrelateFrequencyAndValue(values);
  EXPECT_NEAR(rising.spearman, 1, 1e-12);
  EXPECT_LT(rising.pearson, 0.9);
  EXPECT_FALSE(NearlyIndependent(rising));
  // By hand: ranks 1.5, 1.5, 3, 4 against 2, 4, 3, 1.
  const std::vector<RepeatValue> tied = {{1, 20}, {1, 40}, {2, 30}, {9, 10}, {0, 99}};
  const Correlation falling = *CorrelateFrequencyAndValue(tied);
  EXPECT_NEAR(falling.spearman, -3 / std::sqrt(4.5 * 5), 1e-12);
  EXPECT_LT(falling.pearson_low, falling.pearson);
  EXPECT_LT(falling.pearson, falling.pearson_high);
  EXPECT_EQ(CorrelateFrequencyAndValue(std::vector<RepeatValue>(9, {1, 5})).error().reason, "TOO_LITTLE_DATA");
}

}  // namespace
}  // namespace vefa::interaction::model
