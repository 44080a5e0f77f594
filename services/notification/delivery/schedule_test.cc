#include "services/notification/delivery/schedule.h"

#include <gtest/gtest.h>

namespace vefa::notification {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(ScheduleTest, FollowsItsSteps) {
  Schedule schedule;
  std::vector<milliseconds> waits;
  milliseconds age{0};
  int attempt = 0;
  for (auto wait = schedule.Wait(attempt, age, "busy"); wait; wait = schedule.Wait(++attempt, age, "busy")) {
    waits.push_back(*wait);
    age += *wait;
    ASSERT_LT(waits.size(), 100u);
  }
  std::vector<milliseconds> first(waits.begin(), waits.begin() + 8);
  EXPECT_EQ(first, (std::vector<milliseconds>{minutes(1), minutes(5), minutes(15), minutes(30), hours(1), hours(2),
                                              hours(4), hours(6)}));
  EXPECT_LE(age, hours(72));
  EXPECT_GT(age, hours(65));
}

TEST(ScheduleTest, AGreylistIsNotKnockedAtTooEarly) {
  EXPECT_EQ(Schedule().Wait(0, milliseconds(0), "greylist"), minutes(5));
  EXPECT_EQ(Schedule().Wait(2, milliseconds(0), "greylist"), minutes(15));
}

}  // namespace
}  // namespace vefa::notification
