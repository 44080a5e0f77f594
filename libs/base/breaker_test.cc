#include "libs/base/breaker.h"

#include <gtest/gtest.h>

namespace vefa {
namespace {

using std::chrono::milliseconds;

TEST(BreakerTest, OpensAfterFailuresInARowAndLetsOneTry) {
  Breaker breaker({.failures_max = 2});
  Breaker::TimePoint now;
  EXPECT_FALSE(breaker.Failed(now));
  breaker.Succeeded();
  EXPECT_FALSE(breaker.Failed(now)) << "not in a row";
  EXPECT_TRUE(breaker.Failed(now));
  EXPECT_TRUE(breaker.open());
  EXPECT_FALSE(breaker.Allows(now));
  now += milliseconds(1000);
  EXPECT_TRUE(breaker.Allows(now));
  EXPECT_FALSE(breaker.Allows(now)) << "one is enough to find out";
  breaker.Succeeded();
  EXPECT_TRUE(breaker.Allows(now));
  EXPECT_TRUE(breaker.Allows(now));
}

TEST(BreakerTest, PausesGrowToALimitAndBeginAnew) {
  Breaker breaker({.failures_max = 1, .first = milliseconds(1000), .longest = milliseconds(4000)});
  Breaker::TimePoint now;
  for (int longest : {1000, 2000, 4000, 4000}) {
    breaker.Failed(now);
    EXPECT_FALSE(breaker.Allows(now + milliseconds(longest * 8 / 10 - 1))) << longest;
    now += milliseconds(longest);
    ASSERT_TRUE(breaker.Allows(now)) << longest;
  }
  breaker.Succeeded();
  breaker.Failed(now);
  EXPECT_TRUE(breaker.Allows(now + milliseconds(1000)));
}

TEST(BreakerTest, WhatWasUnderWayWhenItOpenedMakesNoLongerPause) {
  Breaker breaker;
  Breaker::TimePoint now;
  EXPECT_TRUE(breaker.Failed(now));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(breaker.Failed(now));
  EXPECT_TRUE(breaker.Allows(now + milliseconds(1000)));
}

}  // namespace
}  // namespace vefa
