#include "services/contact/retention/retention.h"

#include <gtest/gtest.h>

namespace vefa::contact {
namespace {

TEST(RetentionRuleTest, ByItselfARuleErasesATenthAtMost) {
  EXPECT_EQ(ScheduledMax(0), 0);
  EXPECT_EQ(ScheduledMax(9), 0);
  EXPECT_EQ(ScheduledMax(10), 1);
  EXPECT_EQ(ScheduledMax(9'999), 999);
  EXPECT_EQ(ScheduledMax(kScheduledPart * kScheduledErasedMax - 1), kScheduledErasedMax - 1);
  EXPECT_EQ(ScheduledMax(50'000'000), kScheduledErasedMax);
}

}  // namespace
}  // namespace vefa::contact
