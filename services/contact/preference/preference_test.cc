#include "services/contact/preference/preference.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

Time PreferenceMoment(const char* text) { return *ParseTime(text); }

PreferenceKnowledge Somebody(Preferences preferences, std::string zone = "Europe/Istanbul") {
  return {true, false, std::move(zone), std::move(preferences)};
}

PreferenceTopics SomeTopics() {
  PreferenceTopics topics;
  topics["news"] = {"news", "Haberler", "News", true, {}, {}};
  topics["offers"] = {"offers", "Fırsatlar", "Offers", false, {}, {}};
  topics["old"] = {"old", "Eski", "Old", true, Time{}, {}};
  return topics;
}

TEST(Preference, ATopicsDefaultHoldsUntilSomethingWasSaid) {
  const PreferenceTopics topics = SomeTopics();
  const Time noon = PreferenceMoment("2026-03-02T12:00:00Z");
  using enum PreferenceReason;
  EXPECT_EQ(Judge(Somebody({}), topics, "news", noon).reason, kAllowed);
  EXPECT_EQ(Judge(Somebody({}), topics, "offers", noon).reason, kTopicOff);
  EXPECT_EQ(Judge(Somebody({}), topics, "", noon).reason, kAllowed);
  EXPECT_EQ(Judge(Somebody({}), topics, "old", noon).reason, kNoSuchTopic);
  EXPECT_EQ(Judge(Somebody({}), topics, "none", noon).reason, kNoSuchTopic);
  Preferences said;
  said.topics = {{"news", false}, {"offers", true}};
  EXPECT_EQ(Judge(Somebody(said), topics, "news", noon).reason, kTopicOff);
  EXPECT_EQ(Judge(Somebody(said), topics, "offers", noon).reason, kAllowed);
  EXPECT_EQ(Judge({}, topics, "news", noon).reason, kNoSuchContact);
  EXPECT_EQ(Judge({true, true, "", {}}, topics, "news", noon).reason, kContactErased);
}

TEST(Preference, QuietHoursAreOnThePersonsOwnClock) {
  Preferences said;
  said.quiet_hours = QuietHours{22 * 60, 8 * 60};
  using enum PreferenceReason;
  // 23:30 in Istanbul, 20:30 in London.
  const Time late = PreferenceMoment("2026-03-02T20:30:00Z");
  PreferenceVerdict verdict = Judge(Somebody(said), {}, "", late);
  EXPECT_EQ(verdict.reason, kQuietHours);
  EXPECT_EQ(verdict.next, PreferenceMoment("2026-03-03T05:00:00Z"));
  EXPECT_EQ(Judge(Somebody(said, "Europe/London"), {}, "", late).reason, kAllowed);
  // Without a zone UTC counts.
  EXPECT_EQ(Judge(Somebody(said, ""), {}, "", late).reason, kAllowed);
  EXPECT_EQ(Judge(Somebody(said), {}, "", *verdict.next).reason, kAllowed);
  EXPECT_EQ(Judge(Somebody(said), {}, "", *verdict.next - std::chrono::microseconds(1)).reason, kQuietHours);
  said.quiet_hours = QuietHours{12 * 60, 13 * 60};
  EXPECT_EQ(Judge(Somebody(said), {}, "", PreferenceMoment("2026-03-02T09:59:00Z")).next, PreferenceMoment("2026-03-02T10:00:00Z"));
  EXPECT_EQ(Judge(Somebody(said), {}, "", PreferenceMoment("2026-03-02T10:00:00Z")).reason, kAllowed);
}

TEST(Preference, TheHourThatComesTwiceIsQuietTwice) {
  Preferences said;
  said.quiet_hours = QuietHours{23 * 60, 2 * 60 + 30};
  // In Berlin clocks go back from 03:00 to 02:00 at 01:00 UTC: 02:45 summer time, then 02:15 winter time.
  for (const char* moment : {"2026-10-25T00:45:00Z", "2026-10-25T01:15:00Z"}) {
    PreferenceVerdict verdict = Judge(Somebody(said, "Europe/Berlin"), {}, "", PreferenceMoment(moment));
    EXPECT_EQ(verdict.reason, PreferenceReason::kQuietHours) << moment;
    EXPECT_EQ(verdict.next, PreferenceMoment("2026-10-25T01:30:00Z"));
  }
}

TEST(Preference, APauseEndsInTheMorning) {
  Preferences said;
  said.pause_until = PreferenceMoment("2026-03-05T20:30:00Z");
  PreferenceVerdict verdict = Judge(Somebody(said), {}, "", PreferenceMoment("2026-03-02T12:00:00Z"));
  EXPECT_EQ(verdict.reason, PreferenceReason::kPaused);
  EXPECT_EQ(verdict.next, said.pause_until);
  said.quiet_hours = QuietHours{22 * 60, 8 * 60};
  verdict = Judge(Somebody(said), {}, "", PreferenceMoment("2026-03-02T12:00:00Z"));
  EXPECT_EQ(verdict.next, PreferenceMoment("2026-03-06T05:00:00Z"));
  EXPECT_EQ(Judge(Somebody(said), {}, "", PreferenceMoment("2026-03-06T05:00:00Z")).reason, PreferenceReason::kAllowed);
}

TEST(Preference, AChangeIsHeldToTheRules) {
  const PreferenceTopics topics = SomeTopics();
  Preferences before;
  before.topics = {{"old", false}};
  Preferences after = before;
  std::vector<Violation> violations;
  after.topics["news"] = false;
  after.messages_per_day = 1000;
  after.quiet_hours = QuietHours{1439, 0};
  CheckChange(before, after, topics, violations);
  EXPECT_TRUE(violations.empty());
  after.topics = {{"old", true}, {"none", true}};
  after.messages_per_day = -1;
  after.messages_per_week = 1001;
  after.quiet_hours = QuietHours{60, 60};
  CheckChange(before, after, topics, violations);
  EXPECT_EQ(violations.size(), 5u);
}

TEST(RestrictTest, WhoeverWantsLessRules) {
  const Time now{std::chrono::hours(1'000'000)};
  Preferences survivor, part;
  survivor.topics = {{"a", true}, {"b", false}};
  part.topics = {{"a", false}, {"b", true}, {"c", true}};
  survivor.messages_per_week = 5;
  part.messages_per_week = 2;
  part.messages_per_day = 1;
  survivor.pause_until = now;
  part.pause_until = now + std::chrono::hours(1);
  part.quiet_hours = QuietHours{60, 120};
  part.preferred_channel = Channel::kSms;
  Restrict(survivor, part);
  EXPECT_EQ(survivor.topics, (std::map<std::string, bool, std::less<>>{{"a", false}, {"b", false}}));
  EXPECT_EQ(survivor.messages_per_week, 2);
  EXPECT_EQ(survivor.messages_per_day, 1);
  EXPECT_EQ(survivor.pause_until, now + std::chrono::hours(1));
  EXPECT_EQ(survivor.quiet_hours, part.quiet_hours);
  EXPECT_EQ(survivor.preferred_channel, Channel::kNone);
  const Preferences before = survivor;
  Restrict(survivor, part);
  EXPECT_EQ(survivor, before);
  Restrict(survivor, Preferences());
  EXPECT_EQ(survivor, before);
}

}  // namespace
}  // namespace vefa::contact
