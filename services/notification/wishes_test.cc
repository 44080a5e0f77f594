#include "services/notification/wishes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "libs/base/text.h"

namespace vefa::notification {
namespace {

using std::chrono::hours;

Wishes QuietAtNight(const std::string& zone) { return {zone, zone::DailyStretch{22 * 60, 8 * 60}}; }

TEST(WishesTest, QuietHoursAreOnThePersonsOwnClock) {
  const Time late = *ParseTime("2026-03-02T20:30:00Z");  // 23:30 in Istanbul.
  EXPECT_EQ(QuietUntil(QuietAtNight("Europe/Istanbul"), late), *ParseTime("2026-03-03T05:00:00Z"));
  EXPECT_EQ(QuietUntil(QuietAtNight("Europe/London"), late), std::nullopt);
  // Where nobody knows the zone, or only contact does, UTC counts.
  for (const char* zone : {"", "Mars/Olympus"}) {
    EXPECT_EQ(QuietUntil(QuietAtNight(zone), late), std::nullopt) << zone;
    EXPECT_EQ(QuietUntil(QuietAtNight(zone), late + hours(2)), *ParseTime("2026-03-03T08:00:00Z")) << zone;
  }
  EXPECT_EQ(QuietUntil({"Europe/Istanbul"}, late), std::nullopt);
}

TEST(WishesTest, ClocksThatChangeAtNightAreHeeded) {
  // Berlin loses an hour on 2026-03-29 and has one more on 2026-10-25.
  EXPECT_EQ(QuietUntil(QuietAtNight("Europe/Berlin"), *ParseTime("2026-03-28T22:00:00Z")), *ParseTime("2026-03-29T06:00:00Z"));
  EXPECT_EQ(QuietUntil(QuietAtNight("Europe/Berlin"), *ParseTime("2026-10-24T22:00:00Z")), *ParseTime("2026-10-25T07:00:00Z"));
  // Until 02:30, which is skipped, and which comes twice.
  const Wishes early{"Europe/Berlin", zone::DailyStretch{23 * 60, 2 * 60 + 30}};
  EXPECT_EQ(QuietUntil(early, *ParseTime("2026-03-29T00:00:00Z")), *ParseTime("2026-03-29T01:00:00Z"));
  EXPECT_EQ(QuietUntil(early, *ParseTime("2026-10-25T00:45:00Z")), *ParseTime("2026-10-25T01:30:00Z"));
}

TEST(WishesTest, AWeekIsSevenDaysOfThePersonsCalendar) {
  const Time moment = *ParseTime("2026-03-10T21:30:00Z");  // The 11th in Istanbul.
  CountedSince since = SinceWhen({"Europe/Istanbul"}, moment);
  EXPECT_EQ(since.today, *ParseTime("2026-03-10T21:00:00Z"));
  EXPECT_EQ(since.week, *ParseTime("2026-03-04T21:00:00Z"));
  since = SinceWhen({""}, moment);
  EXPECT_EQ(since.today, *ParseTime("2026-03-10"));
  EXPECT_EQ(since.week, *ParseTime("2026-03-04"));
  // A day that begins at 01:00, because midnight is skipped.
  EXPECT_EQ(SinceWhen({"Africa/Cairo"}, *ParseTime("2026-04-24T12:00:00Z")).today, *ParseTime("2026-04-23T22:00:00Z"));
}

TEST(WishesTest, ALimitIsReachedByAsManyAsItSays) {
  EXPECT_FALSE(IsLimitReached({}, {1000, 1000}));
  const Wishes daily{"", {}, 2, 0}, weekly{"", {}, 0, 3};
  EXPECT_FALSE(IsLimitReached(daily, {1, 9}));
  EXPECT_TRUE(IsLimitReached(daily, {2, 2}));
  EXPECT_FALSE(IsLimitReached(weekly, {2, 2}));
  EXPECT_TRUE(IsLimitReached(weekly, {0, 3}));
}

// Whatever the zone, the moment and the hours, as long as they leave four of the day: a hold ends later than now, no more than an hour after
// they are over, and nobody is held again at its end.
RC_GTEST_PROP(WishesTest, AHoldEndsAndIsNotFollowedByAnother, ()) {
  const char* zones[] = {"", "Europe/Istanbul", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe"};
  const int start = *rc::gen::inRange(0, 24 * 60);
  const int length = *rc::gen::inRange(1, 20 * 60);
  const int end = (start + length) % (24 * 60);
  const Wishes wishes{zones[*rc::gen::inRange<size_t>(0, std::size(zones))], zone::DailyStretch{start, end}};
  const Time moment = *ParseTime("2026-01-01") + std::chrono::seconds(*rc::gen::inRange(0, 2 * 365 * 24 * 3600));
  const auto until = QuietUntil(wishes, moment);
  if (!until) return;
  RC_ASSERT(*until > moment);
  RC_ASSERT(*until <= moment + std::chrono::minutes(length) + hours(1));
  RC_ASSERT(!QuietUntil(wishes, *until));
}

}  // namespace
}  // namespace vefa::notification
