#include "services/interaction/model/bg_nbd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace vefa::interaction::model {
namespace {

constexpr BgNbdParameters kBg = {.243, 4.414, .793, 2.426, Variant::kBgNbd};
constexpr BgNbdParameters kMbg = {.525, 6.183, .891, 1.614, Variant::kMbgNbd};
constexpr Customer kTwice = {2, 30.43, 38.86};
constexpr Customer kNew = {0, 0, 0};

struct Scalar {
  Customer customer;
  double bg_alive, bg_expected, mbg_alive, mbg_expected;
};

TEST(BgNbdTest, AliveAndExpectedPurchasesEqualTheReference) {
  const Scalar scalars[] = {
      {{2, 30.43, 38.86}, .726578570, 1.226028175, .706202265, 1.262960623},
      {{1, 10, 38.86}, .438237364, .419819500, .381123242, .421280004},
      {{7, 35, 38.86}, .843767822, 4.387487854, .831265048, 4.228346805},
      {{0, 0, 38.86}, 1, .195098052, .389735081, .154012747},
      {{29, 37.86, 38.71}, .955428960, 19.510362431, .951315478, 18.437290972},
  };
  for (const Scalar& s : scalars) {
    EXPECT_NEAR(*PAlive(kBg, s.customer), s.bg_alive, 1e-9);
    EXPECT_NEAR(*ExpectedPurchases(kBg, s.customer, 39), s.bg_expected, 1e-9);
    EXPECT_NEAR(*PAlive(kMbg, s.customer), s.mbg_alive, 1e-9);
    EXPECT_NEAR(*ExpectedPurchases(kMbg, s.customer, 39), s.mbg_expected, 1e-9);
  }
}

// A customer of whom nothing is known yet has the prior: these are the unconditional quantities.
TEST(BgNbdTest, CountsOfANewCustomer) {
  const double bg[] = {.573786352, .199395281, .085429760, .045860354};
  const double mbg[] = {.582473189, .182783077, .086894826, .048570443};
  for (int n = 0; n < 4; ++n) {
    EXPECT_NEAR(*PurchaseCountProbability(kBg, kNew, 39, n), bg[n], 1e-9) << n;
    EXPECT_NEAR(*PurchaseCountProbability(kMbg, kNew, 39, n), mbg[n], 1e-9) << n;
  }
  EXPECT_NEAR(*ExpectedPurchases(kBg, kNew, 39), 1.196723193, 1e-9);
  EXPECT_NEAR(*ExpectedPurchases(kMbg, kNew, 39), 1.182953666, 1e-9);
  // Published: Hardie's spreadsheets and the manual of BTYD; their own fit differs in the fourth digit.
  const BgNbdParameters unrounded = {.2425945, 4.4136020, .7929220, 2.4259068};
  const double weeks[] = {0.1429, 1, 3, 31.8571, 32, 78};
  const double expected[] = {0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576};
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(*ExpectedPurchases(unrounded, kNew, weeks[i]), expected[i], 5e-4) << weeks[i];
  EXPECT_NEAR(*PurchaseCountProbability(kBg, kNew, 2, 10), 1.07869e-07, 1e-11);
  EXPECT_NEAR(*PurchaseCountProbability(kBg, kNew, 30, 11), 0.0019995214, 1e-9);
  EXPECT_NEAR(*PurchaseCountProbability(kBg, kNew, 30, 20), 0.0002222260, 1e-9);
}

TEST(BgNbdTest, CountsOfAKnownCustomer) {
  const double bg[] = {.445372863, .239318937, .144183221, .080850056, .043544970};
  const double mbg[] = {.440005909, .234224056, .145973541, .083863948, .045924212};
  for (int n = 0; n < 5; ++n) {
    EXPECT_NEAR(*PurchaseCountProbability(kBg, kTwice, 39, n), bg[n], 1e-9) << n;
    EXPECT_NEAR(*PurchaseCountProbability(kMbg, kTwice, 39, n), mbg[n], 1e-9) << n;
  }
}

// The counts come from a formula of their own, so they check the kernel and P(buys) independently.
TEST(BgNbdTest, CountsAddUpAndHaveTheExpectedMean) {
  for (const BgNbdParameters& parameters : {kBg, kMbg}) {
    for (const Customer& customer : {kNew, kTwice, Customer{29, 37.86, 38.71}}) {
      double total = 0;
      double mean = 0;
      for (int n = 0; n < 400; ++n) {
        const double probability = *PurchaseCountProbability(parameters, customer, 39, n);
        total += probability;
        mean += n * probability;
      }
      EXPECT_NEAR(total, 1, 1e-12);
      EXPECT_NEAR(mean, *ExpectedPurchases(parameters, customer, 39), 1e-9);
      EXPECT_NEAR(1 - *PurchaseCountProbability(parameters, customer, 39, 0), *PBuyWithin(parameters, customer, 39), 1e-14);
    }
  }
}

TEST(BgNbdTest, NextPurchase) {
  EXPECT_NEAR(*PBuyWithin(kBg, kTwice, WeeksFromDays(30)), .138693774, 1e-9);
  EXPECT_NEAR(*PBuyWithin(kMbg, kTwice, WeeksFromDays(30)), .144816916, 1e-9);
  EXPECT_NEAR(*MedianWeeksToPurchase(kBg, kTwice), 15.669468, 1e-6);
  EXPECT_NEAR(*MedianWeeksToPurchase(kMbg, kTwice), 14.228662, 1e-6);
  EXPECT_NEAR(*PBuyWithin(kMbg, kTwice, WeeksFromDays(90)), 0.331599, 1e-6);
  EXPECT_NEAR(*PBuyWithin(kMbg, {2, 30.43, 55.161643}, WeeksFromDays(90)), 0.2, 1e-7);
  EXPECT_EQ(MedianWeeksToPurchase({1e-4, 1, 1, 1}, kNew).error().reason, "MEDIAN_RANGE");
}

// The silence that brings a customer down to a given probability, in closed form.
TEST(BgNbdTest, AliveFallsWithSilenceAndCrossesWhereItShould) {
  EXPECT_NEAR(*PAlive(kBg, {2, 30.43, 41.442889}), .7, 1e-7);
  EXPECT_NEAR(*PAlive(kBg, {2, 30.43, 62.491254}), .5, 1e-7);
  EXPECT_NEAR(*PAlive(kBg, {2, 30.43, 93.200843}), .3, 1e-7);
  EXPECT_NEAR(*PAlive(kMbg, {2, 30.43, 57.565671}), .5, 1e-7);
  EXPECT_NEAR(*PAlive(kBg, {7, 35, 50.206115}), .5, 1e-7);
  EXPECT_NEAR(*PAlive(kMbg, {7, 35, 49.491775}), .5, 1e-7);
  EXPECT_EQ(*PAlive(kBg, {3000, 1, 90000}), 0);
}

TEST(BgNbdTest, RefusesWhatCannotBe) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(PAlive(kBg, {-1, 0, 10}).error().reason, "FREQUENCY_RANGE");
  EXPECT_EQ(PAlive(kBg, {kMaxFrequency + 1, 1, 10}).error().reason, "FREQUENCY_RANGE");
  EXPECT_EQ(PAlive(kBg, {1, 11, 10}).error().reason, "TIME_RANGE");
  EXPECT_EQ(PAlive(kBg, {1, -1, 10}).error().reason, "TIME_RANGE");
  EXPECT_EQ(PAlive(kBg, {1, 1, infinity}).error().reason, "TIME_RANGE");
  EXPECT_EQ(PAlive(kBg, {1, nan, 10}).error().reason, "TIME_RANGE");
  EXPECT_EQ(PAlive(kBg, {1, 1, nan}).error().reason, "TIME_RANGE");
  EXPECT_EQ(PAlive(kBg, {0, 1, 10}).error().reason, "RECENCY_MISMATCH");
  EXPECT_EQ(PAlive(kBg, {1, 0, 10}).error().reason, "RECENCY_MISMATCH");
  for (double bad : {0.0, -1.0, nan, infinity}) {
    EXPECT_EQ(PAlive({bad, 1, 1, 1}, kTwice).error().reason, "PARAMETER_RANGE");
    EXPECT_EQ(ExpectedPurchases({1, 1, 1, bad}, kTwice, 39).error().reason, "PARAMETER_RANGE");
  }
  for (double bad : {-1.0, nan, infinity}) {
    EXPECT_EQ(PBuyWithin(kBg, kTwice, bad).error().reason, "HORIZON_RANGE");
    EXPECT_EQ(ExpectedPurchases(kBg, kTwice, bad).error().reason, "HORIZON_RANGE");
    EXPECT_EQ(PurchaseCountProbability(kBg, kTwice, bad, 1).error().code, Code::kInvalidArgument);
  }
  EXPECT_EQ(PurchaseCountProbability(kBg, kTwice, 39, -1).error().reason, "FREQUENCY_RANGE");
}

// Every corner of the accepted domain gives a probability or a count, never NaN.
TEST(BgNbdTest, StaysFiniteInTheWholeDomain) {
  const double edges[] = {kMinParameter, 1, kMaxParameter};
  const Customer customers[] = {kNew, {0, 0, kMaxWeeks}, {1, 1e-9, kMaxWeeks}, {kMaxFrequency, kMaxWeeks, kMaxWeeks}};
  for (double r : edges) for (double alpha : edges) for (double a : edges) for (double b : edges) {
    for (const Customer& customer : customers) {
      for (double weeks : {0.0, 1e-9, 39.0, kMaxWeeks}) {
        const BgNbdParameters parameters = {r, alpha, a, b, Variant::kMbgNbd};
        const double alive = *PAlive(parameters, customer);
        const double buys = *PBuyWithin(parameters, customer, weeks);
        const double expected = *ExpectedPurchases(parameters, customer, weeks);
        ASSERT_TRUE(alive >= 0 && alive <= 1) << alive;
        ASSERT_TRUE(buys >= 0 && buys <= alive) << buys;
        ASSERT_TRUE(std::isfinite(expected) && expected >= 0)
            << expected << " at " << r << " " << alpha << " " << a << " " << b << " x " << customer.frequency << " age "
            << customer.age_weeks << " weeks " << weeks;
      }
    }
  }
}

}  // namespace
}  // namespace vefa::interaction::model
