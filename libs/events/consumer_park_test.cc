// Events that cannot be applied: their subject stands still, is tried again, given up, or stops everybody.
#include "libs/events/consumer_fixture.h"

namespace vefa::events {
namespace {

class ConsumerParkTest : public ConsumerFixture {
 protected:
  int64_t Parked(const std::string& where = "true") { return Count("parked_subject", where); }
};

TEST_F(ConsumerParkTest, PoisonIsFoundAmongManyAndStopsItsSubjectAlone) {
  std::vector<Event> events;
  for (int64_t version = 1; version <= 3; ++version)
    for (int s = 0; s < 100; ++s)
      events.push_back(Make("things/" + std::to_string(s), version, s == 37 && version == 2 ? "test.breaker" : "test.happened"));
  handler_.Refuse("things/71", 1);
  Publish(events);
  Subscribe();
  EXPECT_TRUE(Within([&] { return Count("effect") == 98 * 3 + 1; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_TRUE(Within([&] { return Count("parked_event") == 2 + 3; }));
  EXPECT_EQ(Effects("things/37"), 1);
  EXPECT_EQ(Effects("things/71"), 0);
  EXPECT_EQ(Parked("kind = 'POISON' AND subject = 'things/37' AND first_version = 2 AND attempts = 0"
                   " AND reason LIKE '%null value%' AND next_attempt_time BETWEEN now() AND now() + interval '1 minute'"), 1);
  EXPECT_EQ(Parked("subject = 'things/71' AND first_version = 1 AND reason LIKE 'EVENT_REFUSED%'"), 1);
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_parked_subjects") == 2; }));
  ExpectMetric("vefa_consumer_parked_total", 5);
  // The watermark stays before what is parked.
  EXPECT_EQ(database_.Count("SELECT version FROM applied_version WHERE subject = 'things/37'"), 1);
  EXPECT_EQ(Count("applied_version", "subject = 'things/71'"), 0);
}

TEST_F(ConsumerParkTest, WhatIsParkedIsAppliedInOrderOnceItCanBe) {
  handler_.Refuse("things/1", 2);
  PublishVersions("things/1", 1, 5);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("parked_event") == 4; }));
  handler_.Accept();
  PublishVersions("things/1", 6, 7);
  auto due = MarkDue(database_.pump(), consumer(), "things/1", Soon());
  ASSERT_TRUE(due.ok());
  EXPECT_EQ(*due, 1);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 7; }, 5));
  ExpectEffectsOnceAndInOrder();
  EXPECT_TRUE(Within([&] { return Parked() == 0 && Count("parked_event") == 0; }));
  ExpectMetric("vefa_consumer_unparked_total", 1);
  PublishVersions("things/1", 8, 8);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 8; }));
}

TEST_F(ConsumerParkTest, RetriesClimbTheLadderAndThenAnOperatorDecides) {
  settings_.retries.assign(3, std::chrono::milliseconds(50));
  handler_.Refuse("things/1", 1);
  PublishVersions("things/1", 1, 1);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Parked("attempts = 3 AND next_attempt_time IS NULL") == 1; }));
  // Nobody tries it any more, until somebody says so.
  handler_.Accept();
  PublishVersions("things/2", 1, 1);
  ASSERT_TRUE(Within([&] { return Effects("things/2") == 1; }));
  EXPECT_EQ(Effects("things/1"), 0);
  ASSERT_EQ(*MarkDue(database_.pump(), consumer(), std::nullopt, Soon()), 1);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 1; }));
}

TEST_F(ConsumerParkTest, ARetryAppliesWhatGoesBeforeTheNextPoison) {
  handler_.Refuse("things/1", 1);
  PublishVersions("things/1", 1, 20);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("parked_event") == 20; }));
  handler_.Accept();
  handler_.Refuse("things/1", 14);
  ASSERT_EQ(*MarkDue(database_.pump(), consumer(), "things/1", Soon()), 1);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 13 && Parked("first_version = 14 AND attempts = 1") == 1; }));
  EXPECT_EQ(Count("parked_event"), 7);
}

TEST_F(ConsumerParkTest, SkippingGivesUpTheFirstEventAndTriesTheRest) {
  handler_.Refuse("things/1", 2);
  PublishVersions("things/1", 1, 4);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("parked_event") == 3; }));
  auto skip = [&](int64_t version) {
    return Skip(database_.pump(), consumer(), database_.tenant(), "things/1", version, Soon());
  };
  EXPECT_EQ(skip(3).error().reason, "VERSION_NOT_FIRST");
  EXPECT_EQ(Skip(database_.pump(), consumer(), database_.tenant(), "things/9", 1, Soon()).error().reason, "PARKED_NOT_FOUND");
  auto left = skip(2);
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(*left, 2);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 3 && Parked() == 0; }));
  EXPECT_EQ(Count("effect", "version = 2"), 0);
  EXPECT_EQ(Count("skipped_event", "subject = 'things/1' AND version = 2"), 1);
  EXPECT_EQ(Count("unreadable_record", "reason = 'SKIPPED'"), 1);
}

TEST_F(ConsumerParkTest, TheLastEventOfASubjectCanBeSkipped) {
  handler_.Refuse("things/1", 1);
  PublishVersions("things/1", 1, 1);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("parked_event") == 1; }));
  EXPECT_EQ(*Skip(database_.pump(), consumer(), database_.tenant(), "things/1", 1, Soon()), 0);
  EXPECT_EQ(Parked(), 0);
  PublishVersions("things/1", 2, 2);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 1; }));
}

TEST_F(ConsumerParkTest, TooMuchParkedStopsTheConsumerUntilItIsResumed) {
  settings_.parked_most = 10;
  std::vector<Event> events;
  for (int s = 0; s < 30; ++s) {
    events.push_back(Make("things/" + std::to_string(s), 1));
    handler_.Refuse("things/" + std::to_string(s), 1);
  }
  Publish(events);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("consumer_control", "stopped_reason = 'TOO_MANY_PARKED'") == 1; }));
  EXPECT_EQ(Parked(), 11);
  ExpectMetric("vefa_consumer_stopped", 1);
  handler_.Accept();
  database_.Run("UPDATE consumer_control SET stopped_reason = ''");
  EXPECT_TRUE(Within([&] { return Count("effect") == 19; }));
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_stopped") == 0; }));
  ASSERT_EQ(*MarkDue(database_.pump(), consumer(), std::nullopt, Soon()), 11);
  EXPECT_TRUE(Within([&] { return Count("effect") == 30; }));
  ExpectEffectsOnceAndInOrder();
}

}  // namespace
}  // namespace vefa::events
