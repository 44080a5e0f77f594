// The whole model on real data against what independent implementations give for it.
#include <gtest/gtest.h>

#include <cmath>

#include "services/interaction/model/bg_nbd_fit.h"
#include "services/interaction/model/bg_nbd_likelihood.h"
#include "services/interaction/model/cdnow_for_test.h"
#include "services/interaction/model/correlation.h"
#include "services/interaction/model/gamma_gamma.h"
#include "services/interaction/model/holdout.h"
#include "services/interaction/model/lifetime_value.h"

namespace vefa::interaction::model {
namespace {

constexpr int32_t kWeeks = 39;
constexpr BgNbdParameters kBg = {.2425945, 4.4136020, .7929220, 2.4259068, Variant::kBgNbd};
constexpr BgNbdParameters kMbg = {.5248432, 6.1830853, .8913594, 1.6140022, Variant::kMbgNbd};

class CdnowTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto purchases = ReadCdnow(CdnowPath());
    ASSERT_TRUE(purchases.ok()) << purchases.error().message;
    ASSERT_EQ(purchases->size(), 6919u);
    const auto history = BuildPurchaseHistory(*purchases, CdnowDay(19970930), kWeeks * 7);
    ASSERT_TRUE(history.ok()) << history.error().message;
    history_ = *history;
    customers_ = KnownCustomers(history_);
    for (const CustomerHistory& customer : history_.customers) {
      values_.push_back({customer.frequency, customer.MeanRepeatValue()});
    }
  }

  // The customer's history by its sample id.
  const CustomerHistory& Find(uint32_t sample_id) const {
    for (const CustomerHistory& customer : history_.customers) {
      if (customer.customer == CdnowCustomer(sample_id)) return customer;
    }
    return history_.customers.front();
  }

  PurchaseHistory history_;
  std::vector<Customer> customers_;
  std::vector<RepeatValue> values_;
};

void ExpectFit(const BgNbdFit& fit, const BgNbdParameters& parameters, double log_likelihood,
               const Vector<4>& log_errors) {
  EXPECT_NEAR(fit.log_likelihood, log_likelihood, 1e-6);
  EXPECT_NEAR(fit.parameters.r, parameters.r, 1e-6);
  EXPECT_NEAR(fit.parameters.alpha, parameters.alpha, 1e-5);
  // The likelihood is flat in a and b.
  EXPECT_NEAR(fit.parameters.a, parameters.a, 1e-4);
  EXPECT_NEAR(fit.parameters.b, parameters.b, 1e-4);
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(fit.log_standard_errors[i], log_errors[i], 1e-4) << i;
}

TEST_F(CdnowTest, HistoriesEqualTheReference) {
  EXPECT_EQ(history_.customers.size(), 2357u);
  EXPECT_EQ(MergeCustomers(customers_)->size(), 1016u);
  struct Row {
    uint32_t id;
    int32_t frequency, recency_days, age_days;
    double mean_value;
    int actual;
  };
  const Row rows[] = {{1, 2, 213, 272, 22.345, 1},          {2, 1, 12, 272, 11.77, 0},
                      {3, 0, 0, 272, 0, 0},                 {6, 7, 206, 272, 73.74142857, 8},
                      {7, 1, 35, 272, 11.77, 0},            {9, 2, 250, 272, 25.55, 2},
                      {157, 29, 264, 266, 26.26137931, 14}, {2329, 0, 0, 189, 0, 0},
                      {129, 4, 53, 266, 13.62, 0},          {1901, 21, 33, 205, 299.63380952, 0}};
  for (const Row& row : rows) {
    const CustomerHistory& customer = Find(row.id);
    ASSERT_EQ(customer.customer, CdnowCustomer(row.id));
    EXPECT_EQ(customer.frequency, row.frequency) << row.id;
    EXPECT_EQ(customer.last_day - customer.first_day, row.recency_days) << row.id;
    EXPECT_EQ(history_.as_of_day - customer.first_day, row.age_days) << row.id;
    EXPECT_NEAR(customer.MeanRepeatValue(), row.mean_value, 1e-8) << row.id;
    int actual = 0;
    for (const LaterPurchase& later : history_.later) {
      if (history_.customers[later.customer].customer == customer.customer) ++actual;
    }
    EXPECT_EQ(actual, row.actual) << row.id;
  }
}

TEST_F(CdnowTest, LikelihoodAwayFromTheOptimum) {
  const BgNbdLikelihood likelihood(*MergeCustomers(customers_));
  const Evaluation<4> bg = likelihood({.5, 6, .9, 1.6, Variant::kBgNbd});
  const Evaluation<4> mbg = likelihood({.5, 6, .9, 1.6, Variant::kMbgNbd});
  EXPECT_NEAR(bg.value, -9795.016168599, 1e-8);
  EXPECT_NEAR(mbg.value, -9582.770927818, 1e-8);
  const double bg_gradient[] = {-722.691599, 315.669959, -80.251103, 63.244529};
  const double mbg_gradient[] = {26.895799, -11.911778, -18.355157, 16.718080};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(bg.gradient[i], bg_gradient[i], 1e-6) << i;
    EXPECT_NEAR(mbg.gradient[i], mbg_gradient[i], 1e-6) << i;
  }
}

struct Start {
  BgNbdParameters from;
  int bg_iterations, bg_evaluations, mbg_iterations, mbg_evaluations;
};

TEST_F(CdnowTest, EveryStartReachesTheSameOptimum) {
  const Start starts[] = {{{1, 1, 1, 1}, 7, 8, 9, 10},
                          {{.01, .01, .01, .01}, 19, 38, 14, 15},
                          {{10, 10, 10, 10}, 11, 14, 11, 12},
                          {{100, 100, .1, 10}, 15, 16, 16, 18},
                          {{.25, 4, .8, 2.5}, 3, 4, 6, 7}};
  for (const Start& start : starts) {
    BgNbdFitOptions options;
    options.start = start.from;
    const auto bg = FitBgNbd(customers_, options);
    ASSERT_TRUE(bg.ok()) << bg.error().message;
    ExpectFit(*bg, kBg, -9582.429207, {.0518, .0857, .2342, .2908});
    EXPECT_LE(bg->iterations, start.bg_iterations) << start.from.r;
    EXPECT_LE(bg->evaluations, start.bg_evaluations) << start.from.r;
    options.start.variant = Variant::kMbgNbd;
    const auto mbg = FitBgNbd(customers_, options);
    ASSERT_TRUE(mbg.ok()) << mbg.error().message;
    ExpectFit(*mbg, kMbg, -9582.135716, {.1587, .1125, .1737, .3330});
    EXPECT_LE(mbg->iterations, start.mbg_iterations) << start.from.r;
    EXPECT_LE(mbg->evaluations, start.mbg_evaluations) << start.from.r;
  }
}

TEST_F(CdnowTest, HoldoutEqualsTheReference) {
  const BgNbdFit fit = *FitBgNbd(customers_);
  const Holdout bg = *CompareHoldout(fit.parameters, history_, kWeeks);
  const Holdout mbg = *CompareHoldout(kMbg, history_, kWeeks);
  EXPECT_EQ(bg.actual, 1882);
  EXPECT_NEAR(bg.predicted, 1653.409, 1e-3);
  EXPECT_NEAR(mbg.predicted, 1576.728, 1e-3);
  EXPECT_NEAR(bg.mean_absolute_error, .7855, 5e-5);
  EXPECT_NEAR(mbg.mean_absolute_error, .7648, 5e-5);
  EXPECT_NEAR(bg.brier, .1612, 5e-5);
  EXPECT_NEAR(mbg.brier, .1614, 5e-5);
  EXPECT_NEAR(bg.base_brier, .206, 5e-4);
  EXPECT_TRUE(PassesGate(bg));
  struct Group {
    int64_t customers;
    double bg, mbg, actual, bg_buyers, mbg_buyers, bought;
  };
  const Group groups[] = {{1411, .2251, .1852, .2367, .1605, .1255, .1368},  {439, .5231, .5514, .6970, .2806, .2860, .3576},
                          {214, 1.0441, 1.0490, 1.3925, .4322, .4270, .5841}, {100, 1.5203, 1.4929, 1.5600, .4988, .4884, .5900},
                          {62, 2.1639, 2.1043, 2.5323, .5866, .5750, .7903},  {38, 2.6538, 2.5636, 2.9474, .5971, .5871, .6842},
                          {29, 3.5040, 3.3608, 3.8621, .6827, .6708, .6552},  {64, 6.1572, 5.8485, 6.3594, .7198, .7119, .8750}};
  for (size_t x = 0; x < 8; ++x) {
    EXPECT_EQ(bg.groups[x].customers, groups[x].customers) << x;
    EXPECT_NEAR(bg.groups[x].predicted_mean, groups[x].bg, 5.1e-5) << x;
    EXPECT_NEAR(mbg.groups[x].predicted_mean, groups[x].mbg, 5.1e-5) << x;
    EXPECT_NEAR(bg.groups[x].actual_mean, groups[x].actual, 5.1e-5) << x;
    EXPECT_NEAR(bg.groups[x].predicted_buyers, groups[x].bg_buyers, 5.1e-5) << x;
    EXPECT_NEAR(mbg.groups[x].predicted_buyers, groups[x].mbg_buyers, 5.1e-5) << x;
    EXPECT_NEAR(bg.groups[x].actual_buyers, groups[x].bought, 5.1e-5) << x;
  }
  ASSERT_EQ(bg.by_week.size(), size_t{kWeeks});
  EXPECT_NEAR(bg.by_week.back().predicted, bg.predicted, 1e-9 * bg.predicted);
  EXPECT_EQ(bg.by_week.back().actual, bg.actual);
  for (size_t week = 1; week < bg.by_week.size(); ++week) {
    EXPECT_GT(bg.by_week[week].predicted, bg.by_week[week - 1].predicted);
    EXPECT_GE(bg.by_week[week].actual, bg.by_week[week - 1].actual);
  }
}

TEST_F(CdnowTest, CustomersWorthWinningBack) {
  const BgNbdFit fit = *FitBgNbd(customers_);
  int leaving = 0;
  double bg_alive = 0;
  double mbg_alive = 0;
  for (const Customer& customer : customers_) {
    const double alive = *PAlive(fit.parameters, customer);
    if (customer.frequency > 0 && alive < 0.5) ++leaving;
    bg_alive += alive / static_cast<double>(customers_.size());
    mbg_alive += *PAlive(kMbg, customer) / static_cast<double>(customers_.size());
  }
  EXPECT_EQ(leaving, 393);
  EXPECT_NEAR(bg_alive, 0.813, 5e-4);
  EXPECT_NEAR(mbg_alive, 0.449, 5e-4);
}

// Two of these starts once ended early, at a point that is no optimum.
TEST_F(CdnowTest, ValuesReachTheSameOptimumFromEveryStart) {
  for (const auto& start : {std::optional<GammaGammaParameters>(), {{4, 4, 10}}, {{.1, .1, 1}}}) {
    GammaGammaFitOptions options;
    options.start = start;
    const auto fit = FitGammaGamma(values_, options);
    ASSERT_TRUE(fit.ok()) << fit.error().message;
    EXPECT_EQ(fit->customers, 946);
    EXPECT_NEAR(fit->log_likelihood, -4055.917695, 1e-6);
    EXPECT_NEAR(fit->parameters.p, 6.249572, 1e-5);
    EXPECT_NEAR(fit->parameters.q, 3.744225, 1e-5);
    EXPECT_NEAR(fit->parameters.v, 15.443521, 1e-4);
    EXPECT_NEAR(fit->log_standard_errors[0], .190, 1e-3);
    EXPECT_NEAR(fit->log_standard_errors[1], .077, 1e-3);
    EXPECT_NEAR(fit->log_standard_errors[2], .269, 1e-3);
    EXPECT_NEAR(*PopulationMeanValue(fit->parameters), 35.170371, 1e-5);
    EXPECT_LE(fit->iterations, 9);
  }
}

TEST_F(CdnowTest, ValueHardlyDependsOnFrequency) {
  const Correlation correlation = *CorrelateFrequencyAndValue(values_);
  EXPECT_NEAR(correlation.pearson, .1139, 5e-5);
  EXPECT_NEAR(correlation.pearson_low, .0505, 5e-5);
  EXPECT_NEAR(correlation.pearson_high, .1763, 5e-5);
  EXPECT_NEAR(correlation.spearman, .2063, 5e-5);
  EXPECT_TRUE(NearlyIndependent(correlation));
}

TEST_F(CdnowTest, RevenueOfTheWholeSample) {
  const GammaGammaParameters values = FitGammaGamma(values_)->parameters;
  LifetimeValueOptions options;
  options.weeks_per_month = 4.345;
  double bg = 0, mbg = 0, year = 0;
  for (size_t i = 0; i < customers_.size(); ++i) {
    const double value = *ExpectedValue(values, values_[i]);
    bg += value * *ExpectedPurchases(kBg, customers_[i], kWeeks);
    mbg += value * *ExpectedPurchases(kMbg, customers_[i], kWeeks);
    year += *LifetimeValue(kMbg, values, customers_[i], values_[i].mean_value, options);
  }
  EXPECT_NEAR(bg, 59931.65, 0.05);
  EXPECT_NEAR(mbg, 57128.12, 0.05);
  EXPECT_NEAR(year, 67774.16, 0.05);
}

}  // namespace
}  // namespace vefa::interaction::model
