#include "services/interaction/model/bg_nbd_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "services/interaction/model/bg_nbd_likelihood.h"

namespace vefa::interaction::model {
namespace {

constexpr BgNbdParameters kTrueBg = {.243, 4.414, .793, 2.426, Variant::kBgNbd};
constexpr BgNbdParameters kTrueMbg = {.525, 6.183, .891, 1.614, Variant::kMbgNbd};

// Customers that behave as the model says, with whole days.
std::vector<Customer> Simulate(const BgNbdParameters& truth, int count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::gamma_distribution<double> rate(truth.r, 1 / truth.alpha), left(truth.a, 1), right(truth.b, 1);
  std::exponential_distribution<double> exponential(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<Customer> customers;
  for (int i = 0; i < count; ++i) {
    const double lambda = rate(random);
    const double a = left(random);
    const double p = a / (a + right(random));
    const int age = 182 + i % 91;
    Customer customer{0, 0, WeeksFromDays(age)};
    int last = 0;
    double time = 0;
    bool alive = truth.variant == Variant::kBgNbd || uniform(random) >= p;
    while (alive) {
      time += exponential(random) / lambda;
      const double day = std::ceil(time * kDaysPerWeek);
      if (!(day <= age)) break;
      if (static_cast<int>(day) > last) ++customer.frequency;
      last = static_cast<int>(day);
      alive = uniform(random) >= p;
    }
    customer.recency_weeks = WeeksFromDays(last);
    customers.push_back(customer);
  }
  return customers;
}

struct RowCase {
  BgNbdParameters parameters;
  Customer customer;
  double value;
  Vector<4> gradient;
};

TEST(BgNbdLikelihoodTest, OneCustomerEqualsTheReference) {
  const RowCase cases[] = {
      {kTrueBg, {2, 30.43, 38.86}, -9.458606307, {.655177423, -.000923147, -.160887600, .185832783}},
      {kTrueBg, {0, 0, 38.86}, -0.554713276, {-.554713276, .218213708, 0, 0}},
      {kTrueBg, {26, 30.86, 31}, -37.726579473, {1.340659353, -3.028330348, -1.833920250, .753117652}},
      {kTrueMbg, {2, 30.43, 38.86}, -9.485551315, {.333671457, .154949915, -.513879406, .469767049}},
      {kTrueMbg, {0, 0, 38.86}, -0.539837464, {-.406319224, .176524216, .254576296, -.254576296}},
      {kTrueMbg, {26, 30.86, 31}, -38.322126948, {1.737938052, -3.886301356, -2.337329972, .863754840}},
  };
  for (const RowCase& c : cases) {
    const MergedRow row{c.customer, 1};
    const Evaluation<4> evaluation = BgNbdLikelihood({&row, 1})(c.parameters);
    EXPECT_NEAR(evaluation.value, c.value, 1e-9);
    for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(evaluation.gradient[i], c.gradient[i], 1e-9) << i;
  }
}

TEST(BgNbdLikelihoodTest, HeavyBuyersDoNotOverflow) {
  const MergedRow row{{3000, 520, 521}, 1};
  EXPECT_NEAR(BgNbdLikelihood({&row, 1})(kTrueBg).value, 2217.322928, 1e-6);
}

TEST(BgNbdLikelihoodTest, DerivativesEqualDifferences) {
  for (Variant variant : {Variant::kBgNbd, Variant::kMbgNbd}) {
    const BgNbdLikelihood likelihood(*MergeCustomers(Simulate(kTrueBg, 300, 7)));
    const Vector<4> logs = {std::log(0.5), std::log(6.0), std::log(0.9), std::log(1.6)};
    const auto at = [&](size_t i, double h) {
      Vector<4> moved = logs;
      moved[i] += h;
      return likelihood({std::exp(moved[0]), std::exp(moved[1]), std::exp(moved[2]), std::exp(moved[3]), variant});
    };
    const Evaluation<4> middle = at(0, 0);
    const double h = 1e-5;
    for (size_t i = 0; i < 4; ++i) {
      const Evaluation<4> up = at(i, h);
      const Evaluation<4> down = at(i, -h);
      EXPECT_NEAR((up.value - down.value) / (2 * h), middle.gradient[i], 1e-5) << i;
      for (size_t j = 0; j < 4; ++j) {
        EXPECT_NEAR((up.gradient[j] - down.gradient[j]) / (2 * h), middle.hessian[i][j], 1e-5) << i << j;
      }
    }
  }
}

TEST(BgNbdLikelihoodTest, MergesEqualHistoriesAndKeepsTheirCount) {
  const std::vector<Customer> customers = {{2, 3, 4}, {0, 0, 4}, {2, 3, 4}, {2, 20.0 / 7, 4}, {0, 0, 4}, {0, 0, 4}};
  const std::vector<MergedRow> rows = *MergeCustomers(customers);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].count, 3);
  EXPECT_EQ(rows[1].customer.recency_weeks, 20.0 / 7);
  EXPECT_EQ(rows[2].count, 2);
  EXPECT_EQ(MergeCustomers(std::vector<Customer>{{2, 30.43, 38.86}}).error().reason, "TIME_NOT_WHOLE_DAYS");
  EXPECT_EQ(MergeCustomers(std::vector<Customer>{{2, 1e-9, 4}}).error().reason, "TIME_NOT_WHOLE_DAYS");
  EXPECT_EQ(MergeCustomers(std::vector<Customer>{{2, 5, 4}}).error().reason, "TIME_RANGE");
}

TEST(BgNbdFitTest, FindsTheTruthWithinItsErrors) {
  for (const BgNbdParameters& truth : {kTrueBg, kTrueMbg}) {
    BgNbdFitOptions options;
    options.start.variant = truth.variant;
    const auto fit = FitBgNbd(Simulate(truth, 5000, 11), options);
    ASSERT_TRUE(fit.ok()) << fit.error().message;
    const double ratios[] = {fit->parameters.r / truth.r, fit->parameters.alpha / truth.alpha,
                             fit->parameters.a / truth.a, fit->parameters.b / truth.b};
    for (size_t i = 0; i < 4; ++i) EXPECT_LT(std::fabs(std::log(ratios[i])), 4 * fit->log_standard_errors[i]) << i;
    EXPECT_EQ(fit->parameters.variant, truth.variant);
    EXPECT_GT(fit->condition, 1);
  }
}

TEST(BgNbdFitTest, IsTheSameToTheLastBitInAnyOrder) {
  std::vector<Customer> customers = Simulate(kTrueBg, 2000, 3);
  const BgNbdFit first = *FitBgNbd(customers);
  std::shuffle(customers.begin(), customers.end(), std::mt19937_64(5));
  const BgNbdFit second = *FitBgNbd(customers);
  EXPECT_EQ(first.parameters.r, second.parameters.r);
  EXPECT_EQ(first.parameters.b, second.parameters.b);
  EXPECT_EQ(first.log_likelihood, second.log_likelihood);
}

TEST(BgNbdFitTest, TellsItsProgress) {
  std::vector<FitProgress> seen;
  BgNbdFitOptions options;
  options.progress = [&](const FitProgress& progress) { seen.push_back(progress); };
  const BgNbdFit fit = *FitBgNbd(Simulate(kTrueBg, 2000, 3), options);
  ASSERT_EQ(static_cast<int>(seen.size()), fit.iterations);
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i].log_likelihood, seen[i - 1].log_likelihood - 1e-9);
  EXPECT_EQ(seen.back().log_likelihood, fit.log_likelihood);
}

TEST(BgNbdFitTest, RefusesTooLittleData) {
  EXPECT_EQ(FitBgNbd({}).error().reason, "TOO_LITTLE_DATA");
  EXPECT_EQ(FitBgNbd({}).error().code, Code::kFailedPrecondition);
  EXPECT_EQ(FitBgNbd(Simulate(kTrueBg, 499, 3)).error().reason, "TOO_LITTLE_DATA");
  // Many customers, of whom nobody came back.
  EXPECT_EQ(FitBgNbd(std::vector<Customer>(1000, {0, 0, 30})).error().reason, "TOO_LITTLE_DATA");
  // Everybody buys once in thirty weeks and is watched for forty.
  EXPECT_EQ(FitBgNbd(std::vector<Customer>(1000, {1, 30, 40})).error().reason, "TOO_LITTLE_DATA");
  // The rule is the caller's: without one, only nobody is too few.
  BgNbdFitOptions options;
  options.required = {0, 0, 0};
  EXPECT_EQ(FitBgNbd({}, options).error().reason, "TOO_LITTLE_DATA");
  EXPECT_TRUE(FitBgNbd(Simulate(kTrueBg, 450, 3), options).ok());
}

TEST(BgNbdFitTest, RefusesCustomersThatTheModelDoesNotDescribe) {
  // Everybody buys every week and nobody ever leaves.
  const auto fit = FitBgNbd(std::vector<Customer>(1000, {30, 30, 30}));
  ASSERT_FALSE(fit.ok());
  EXPECT_EQ(fit.error().reason, "PARAMETER_RANGE");
  EXPECT_EQ(fit.error().code, Code::kFailedPrecondition);
}

TEST(BgNbdFitTest, RefusesBadInput) {
  std::vector<Customer> customers = Simulate(kTrueBg, 1000, 3);
  customers[500].age_weeks = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(FitBgNbd(customers).error().reason, "TIME_RANGE");
  BgNbdFitOptions options;
  options.start.r = 0;
  EXPECT_EQ(FitBgNbd(customers, options).error().reason, "PARAMETER_RANGE");
  options = {};
  options.max_iterations = 2;
  EXPECT_EQ(FitBgNbd(Simulate(kTrueBg, 1000, 3), options).error().reason, "NOT_CONVERGED");
}

}  // namespace
}  // namespace vefa::interaction::model
