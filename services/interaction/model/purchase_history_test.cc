#include "services/interaction/model/purchase_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "services/interaction/model/holdout.h"

namespace vefa::interaction::model {
namespace {

constexpr BgNbdParameters kHistoryBg = {.243, 4.414, .793, 2.426, Variant::kBgNbd};

Uuid Id(uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

// Customer 1 buys on day 100 (twice), 107 (three times), 130, then 201 (twice), 220 and 275;
// customer 2 only on day 150; customer 3 first on day 201.
std::vector<Purchase> Purchases() {
  return {{Id(1), 100, 1000}, {Id(1), 100, 99},  {Id(1), 107, 500}, {Id(1), 107, 250}, {Id(1), 107, 0},
          {Id(1), 130, 301},  {Id(1), 201, 700}, {Id(1), 201, 1},   {Id(1), 220, 9},   {Id(1), 275, 9},
          {Id(2), 150, 4000}, {Id(3), 201, 10},  {Id(3), 202, 10}};
}

TEST(PurchaseHistoryTest, CountsDaysAndAddsTheirValues) {
  const PurchaseHistory history = *BuildPurchaseHistory(Purchases(), 200, 70);
  ASSERT_EQ(history.customers.size(), 2u);
  const CustomerHistory& first = history.customers[0];
  EXPECT_EQ(first.customer, Id(1));
  EXPECT_EQ(first.frequency, 2);
  EXPECT_EQ(first.repeat_minor_units, 500 + 250 + 301);
  EXPECT_DOUBLE_EQ(first.MeanRepeatValue(), 5.255);
  EXPECT_DOUBLE_EQ(first.MeanRepeatValue(1), 525.5);
  const Customer known = first.Known(200);
  EXPECT_EQ(known.frequency, 2);
  EXPECT_DOUBLE_EQ(known.recency_weeks, 30.0 / 7);
  EXPECT_DOUBLE_EQ(known.age_weeks, 100.0 / 7);
  EXPECT_EQ(history.customers[1].frequency, 0);
  EXPECT_EQ(history.customers[1].MeanRepeatValue(), 0);
  // Two purchase days of the first customer within the horizon; the third is beyond it.
  ASSERT_EQ(history.later.size(), 2u);
  EXPECT_EQ(history.later[0].customer, 0u);
  EXPECT_EQ(history.later[0].days_after, 1);
  EXPECT_EQ(history.later[1].days_after, 20);
}

TEST(PurchaseHistoryTest, TheAsOfDayAndTheLastDayOfTheHorizonBelongToIt) {
  const PurchaseHistory history = *BuildPurchaseHistory(Purchases(), 201, 74);
  ASSERT_EQ(history.customers.size(), 3u);
  EXPECT_EQ(history.customers[0].frequency, 3);
  ASSERT_EQ(history.later.size(), 3u);
  EXPECT_EQ(history.later[1].days_after, 74);
  EXPECT_EQ(history.later[2].customer, 2u);
}

TEST(PurchaseHistoryTest, TheOrderOfPurchasesDoesNotMatter) {
  std::vector<Purchase> purchases = Purchases();
  std::shuffle(purchases.begin(), purchases.end(), std::mt19937_64(1));
  const PurchaseHistory history = *BuildPurchaseHistory(purchases, 200, 70);
  EXPECT_EQ(history.customers[0].repeat_minor_units, 1051);
  EXPECT_EQ(history.customers[0].frequency, 2);
  EXPECT_EQ(history.later.size(), 2u);
}

TEST(PurchaseHistoryTest, RefusesWhatCannotBe) {
  EXPECT_TRUE(BuildPurchaseHistory({}, 200)->customers.empty());
  EXPECT_EQ(BuildPurchaseHistory({{Id(1), 1, -1}}, 200).error().reason, "VALUE_RANGE");
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(BuildPurchaseHistory({{Id(1), 1, 0}, {Id(1), 2, most}, {Id(1), 3, 1}}, 200).error().reason, "VALUE_RANGE");
  EXPECT_EQ(BuildPurchaseHistory({}, 200, -1).error().reason, "HORIZON_RANGE");
  EXPECT_EQ(BuildPurchaseHistory({}, std::numeric_limits<int32_t>::max()).error().reason, "DAY_RANGE");
  EXPECT_EQ(BuildPurchaseHistory({{Id(1), std::numeric_limits<int32_t>::min(), 1}}, 200).error().reason, "DAY_RANGE");
}

TEST(HoldoutTest, AddsUpByGroupAndByWeek) {
  const PurchaseHistory history = *BuildPurchaseHistory(Purchases(), 200, 77);
  const Holdout holdout = *CompareHoldout(kHistoryBg, history, 4);
  const double two = *ExpectedPurchases(kHistoryBg, history.customers[0].Known(200), 4);
  const double none = *ExpectedPurchases(kHistoryBg, history.customers[1].Known(200), 4);
  EXPECT_DOUBLE_EQ(holdout.predicted, two + none);
  EXPECT_EQ(holdout.actual, 2);
  EXPECT_DOUBLE_EQ(holdout.mean_absolute_error, (2 - two + none) / 2);
  EXPECT_DOUBLE_EQ(holdout.base_brier, 0.25);
  ASSERT_EQ(holdout.groups.size(), 8u);
  EXPECT_EQ(holdout.groups[0].customers, 1);
  EXPECT_DOUBLE_EQ(holdout.groups[0].predicted_mean, none);
  EXPECT_EQ(holdout.groups[1].customers, 0);
  EXPECT_EQ(holdout.groups[1].predicted_mean, 0);
  EXPECT_DOUBLE_EQ(holdout.groups[2].actual_mean, 2);
  EXPECT_DOUBLE_EQ(holdout.groups[2].actual_buyers, 1);
  ASSERT_EQ(holdout.by_week.size(), 4u);
  const int64_t actual[] = {1, 1, 2, 2};  // Days 1 and 20.
  for (size_t week = 0; week < 4; ++week) EXPECT_EQ(holdout.by_week[week].actual, actual[week]) << week;
  EXPECT_DOUBLE_EQ(holdout.by_week[3].predicted, holdout.predicted);
  EXPECT_LT(holdout.by_week[0].predicted, holdout.by_week[1].predicted);
}

TEST(HoldoutTest, SevenAndMoreAreOneGroup) {
  std::vector<Purchase> purchases;
  for (int32_t day = 0; day < 8; ++day) purchases.push_back({Id(1), day, 1});
  for (int32_t day = 0; day < 30; ++day) purchases.push_back({Id(2), day, 1});
  const Holdout holdout = *CompareHoldout(kHistoryBg, *BuildPurchaseHistory(purchases, 100, 7), 1);
  EXPECT_EQ(holdout.groups[7].customers, 2);
}

TEST(HoldoutTest, TheGateIsForTotalAndForWhoBuys) {
  Holdout holdout;
  holdout.predicted = 81;
  holdout.actual = 100;
  holdout.brier = 0.94;
  holdout.base_brier = 1;
  EXPECT_TRUE(PassesGate(holdout));
  holdout.predicted = 79;
  EXPECT_FALSE(PassesGate(holdout));
  holdout.predicted = 119;
  holdout.brier = 0.96;
  EXPECT_FALSE(PassesGate(holdout));
}

TEST(HoldoutTest, RefusesWhatCannotBe) {
  const PurchaseHistory history = *BuildPurchaseHistory(Purchases(), 200, 27);
  EXPECT_TRUE(CompareHoldout(kHistoryBg, history, 3).ok());
  EXPECT_EQ(CompareHoldout(kHistoryBg, history, 4).error().reason, "HORIZON_RANGE");
  EXPECT_EQ(CompareHoldout(kHistoryBg, history, 0).error().reason, "HORIZON_RANGE");
  EXPECT_EQ(CompareHoldout(kHistoryBg, *BuildPurchaseHistory({}, 200, 7), 1).error().reason, "NO_CUSTOMERS");
  EXPECT_EQ(CompareHoldout({0, 1, 1, 1}, history, 1).error().reason, "PARAMETER_RANGE");
}

}  // namespace
}  // namespace vefa::interaction::model
