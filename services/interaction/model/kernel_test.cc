#include "services/interaction/model/kernel.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vefa::interaction::model {
namespace {

struct Case {
  double shape, a, c, tau, expected;
};

// Twelve digits from an independent computation in 30-digit arithmetic.
TEST(KernelTest, EqualsTheReference) {
  const Case cases[] = {
      {.243, .793, 2.219, 39 / 4.414, 1.19672319332},     {2.243, .793, 4.219, 39 / 43.274, 1.68739930581},
      {2.243, .793, 4.219, 520 / 43.274, 10.0736714694},  {29.243, .793, 31.219, 39 / 43.124, 20.4205265320},
      {3000.243, .793, 3002.219, 52 / 504.414, 297.386665419}, {2.243, 1, 4.426, 39 / 43.274, 1.62514953634},
      {2.243, 8, 11.426, 39 / 43.274, 1.00822760081},
  };
  for (const Case& c : cases) {
    EXPECT_NEAR(ExpectedWhenAlive(c.shape, c.a, c.c - c.a + 1, c.tau), c.expected, 1e-11 * c.expected) << c.shape;
  }
}

// Ten customers at the edges: long horizons, parameters near their limits, changing signs.
TEST(KernelTest, HoldsAtTheEdges) {
  const Case cases[] = {  // Here the third number is b.
      {0.01, 0.05, 0.01, 10000, 11.1897670002022},
      {3000.243, 0.9999, 0.3, 10000, 6.22029761704575},
      {200, 0.5, 0.01, 1000, 16.6077778567277},
      {29.243, 0.05, 0.01, 15, 56.1372520688773},
      {0.243, 0.793, 2.426, 117.8, 4.97448606168278},
      {0.243, 0.0001, 200, 0.9, 0.218699939038431},
      {2.243, 40, 30, 5, 1.6800199513606},
      {0.01, 0.3, 0.7000001, 3, 0.0233674567455051},
      {12.5, 200, 200, 18.9, 2.00502512562769},
      {3000.243, 8, 200, 0.0001, 0.298300109147185},
  };
  for (const Case& c : cases) {
    EXPECT_NEAR(ExpectedWhenAlive(c.shape, c.a, c.c, c.tau), c.expected, 1e-9 * c.expected)
        << c.shape << " " << c.a << " " << c.c << " " << c.tau;
  }
}

TEST(KernelTest, IsSmoothWhereTheMethodChanges) {
  // The method changes at tau = 19, and a = 1 is a special case of the formula.
  const double below = ExpectedWhenAlive(.243, .793, 2.426, 19 - 1e-9);
  const double above = ExpectedWhenAlive(.243, .793, 2.426, 19 + 1e-9);
  EXPECT_NEAR(below, above, 1e-9);
  EXPECT_NEAR(ExpectedWhenAlive(2.243, 1 - 1e-9, 4.426, .9), ExpectedWhenAlive(2.243, 1, 4.426, .9), 1e-8);
}

TEST(KernelTest, ShortTimesAreRateTimesTime) {
  EXPECT_EQ(ExpectedWhenAlive(.243, .793, 2.426, 0), 0);
  for (double tau : {1e-3, 1e-6, 1e-12}) {
    EXPECT_NEAR(ExpectedWhenAlive(50.243, .793, 52.4, tau) / (50.243 * tau), 1, 2 * tau + 1e-13) << tau;
  }
}

}  // namespace
}  // namespace vefa::interaction::model
