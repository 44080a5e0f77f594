// Holes, forks and restored ledgers: what is missing is fetched from the owner, what contradicts is parked.
#include "libs/events/consumer_fixture.h"
#include "libs/testing/ledger.h"

namespace vefa::events {
namespace {

class ConsumerHealTest : public ConsumerFixture {
 protected:
  int64_t Parked(const std::string& where = "true") { return Count("parked_subject", where); }
  // Makes versions that never reach Kafka.
  void Lose(const std::string& subject, int64_t from, int64_t to) {
    for (int64_t version = from; version <= to; ++version) Make(subject, version);
  }
  // Events of now on are of a later life of the owner's database.
  void Restore() { incarnation_ = NewUuidV7(clock_); }
};

TEST_F(ConsumerHealTest, AHoleIsFilledFromTheLedgerAndNothingIsLeftBehind) {
  PublishVersions("things/1", 1, 2);
  Lose("things/1", 3, 5);
  PublishVersions("things/1", 6, 8);
  PublishVersions("things/2", 1, 3);
  Subscribe(&ledger_);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 8 && Effects("things/2") == 3; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_TRUE(Within([&] { return Parked() == 0 && Count("parked_event") == 0; }));
  ExpectMetric("vefa_consumer_gaps_total", 1);
  PublishVersions("things/1", 9, 9);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 9; }));
  EXPECT_EQ(Count("unreadable_record"), 0);
}

TEST_F(ConsumerHealTest, AHoleAtTheBeginningAndALongOneAreFilled) {
  Lose("things/1", 1, 1200);
  PublishVersions("things/1", 1201, 1201);
  Subscribe(&ledger_);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 1201; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_TRUE(Within([&] { return Parked() == 0; }));
}

TEST_F(ConsumerHealTest, WhatTheOwnersDatabaseHoldsIsWhatIsApplied) {
  // The real ledger of a real database, and a topic that lost two of its events.
  static const postgres::Statement kAppend{
      "test_append", "SELECT append_events(array_agg(($1, $2, v, gen_random_uuid(), 'test.happened', now(), '', NULL,"
                     " convert_to(v::text, 'UTF8'))::event_draft)) FROM generate_series(1, 5) v"};
  ASSERT_TRUE(database_.service()
                  .Run(postgres::Scope::Tenant(database_.tenant()), kAppend,
                       postgres::Bound(database_.tenant(), "things/1"), Soon())
                  .ok());
  testing::DatabaseLedger ledger({{topic_, &database_.service()}});
  auto events = ledger.Fetch(topic_, database_.tenant(), "things/1", 1, 5, Soon());
  ASSERT_TRUE(events.ok());
  Publish(std::vector<Event>{(*events)[0], (*events)[3], (*events)[4]});
  Subscribe(&ledger);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 5; }));
  ExpectEffectsOnceAndInOrder();
}

TEST_F(ConsumerHealTest, ALedgerThatIsAwayIsAskedAgainAndAlarmedOver) {
  settings_.heal_window = std::chrono::milliseconds(500);
  ledger_.Fail(Unavailable("LEDGER_UNAVAILABLE", "It is away."));
  Lose("things/1", 1, 1);
  PublishVersions("things/1", 2, 3);
  PublishVersions("things/2", 1, 1);
  Subscribe(&ledger_);
  EXPECT_TRUE(Within([&] { return Effects("things/2") == 1; }));
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_gaps_unhealed") == 1; }));
  EXPECT_EQ(Effects("things/1"), 0);
  ledger_.Fail(std::nullopt);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 3; }));
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_gaps_unhealed") == 0; }));
  ExpectEffectsOnceAndInOrder();
}

TEST_F(ConsumerHealTest, WhatTheLedgerDroppedIsForAnOperatorWhoMaySkipTheHoleAlone) {
  PublishVersions("things/1", 1, 1);
  Lose("things/1", 2, 3);
  PublishVersions("things/1", 4, 5);
  ledger_.Forget("things/1", 3);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] {
    return Parked("kind = 'GAP' AND next_attempt_time IS NULL AND reason LIKE 'EVENTS_DROPPED%'") == 1;
  }));
  auto left = Skip(database_.pump(), consumer(), database_.tenant(), "things/1", 3, Soon());
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(*left, 2);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 3 && Parked() == 0; }));
  EXPECT_EQ(Count("skipped_event"), 2);
}

TEST_F(ConsumerHealTest, WithoutALedgerAHoleClosesByWhatComesLate) {
  settings_.retries.assign(1, std::chrono::hours(1));
  Event second = Make("things/1", 2);
  PublishVersions("things/1", 1, 1);
  Publish(std::vector<Event>{Make("things/1", 3)});
  Subscribe();
  ASSERT_TRUE(Within([&] { return Parked("kind = 'GAP'") == 1; }));
  Publish(std::vector<Event>{second});
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 3 && Parked() == 0; }));
  ExpectEffectsOnceAndInOrder();
}

TEST_F(ConsumerHealTest, AForkIsParkedAndCounted) {
  PublishVersions("things/1", 1, 2);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Effects("things/1") == 2; }));
  Event other = Make("things/1", 2, "test.other");
  Publish(std::vector<Event>{other, Make("things/1", 3)});
  PublishVersions("things/2", 1, 1);
  EXPECT_TRUE(Within([&] { return Effects("things/2") == 1; }));
  EXPECT_TRUE(Within([&] { return Parked("kind = 'FORK' AND next_attempt_time IS NULL AND first_version = 2") == 1; }));
  ExpectMetric("vefa_consumer_forks_total", 1);
  EXPECT_EQ(Effects("things/1"), 2);
  // Tried in passing, it stays; by its name, the other history is taken.
  EXPECT_EQ(*MarkDue(database_.pump(), consumer(), std::nullopt, Soon()), 0);
  EXPECT_EQ(*MarkDue(database_.pump(), consumer(), "things/1", Soon()), 1);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 4 && Parked() == 0; }));
  EXPECT_EQ(Count("effect", "type = 'test.other'"), 1);
}

TEST_F(ConsumerHealTest, TheOtherEventOfAForkCanBeGivenUp) {
  PublishVersions("things/1", 1, 2);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Effects("things/1") == 2; }));
  Publish(std::vector<Event>{Make("things/1", 2, "test.other"), Make("things/1", 3)});
  ASSERT_TRUE(Within([&] { return Count("parked_event") == 2; }));
  EXPECT_EQ(*Skip(database_.pump(), consumer(), database_.tenant(), "things/1", 2, Soon()), 1);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 3 && Parked() == 0; }));
  EXPECT_EQ(Count("effect", "type = 'test.other'"), 0);
}

TEST_F(ConsumerHealTest, ALedgerPutBackIsNoticedAndAnOperatorTakesItsNewHistory) {
  PublishVersions("things/1", 1, 10);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Effects("things/1") == 10; }));
  Restore();
  // Back at version 8, it goes on with other events.
  ledger_.Forget("things/1", 10);
  PublishVersions("things/1", 9, 9);
  ASSERT_TRUE(Within([&] { return Parked("kind = 'RESTORED' AND next_attempt_time IS NULL") == 1; }));
  ExpectMetric("vefa_consumer_restored_total", 1);
  PublishVersions("things/1", 10, 12);
  ASSERT_TRUE(Within([&] { return Count("parked_event") == 4; }));
  EXPECT_EQ(Effects("things/1"), 10);
  EXPECT_EQ(*MarkDue(database_.pump(), consumer(), "things/1", Soon()), 1);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 14 && Parked() == 0; }));
  PublishVersions("things/1", 13, 13);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 15; }));
}

TEST_F(ConsumerHealTest, AReplayByALaterLifeIsNoRestore) {
  PublishVersions("things/1", 1, 10);
  std::vector<Event> history;
  for (int64_t version = 1; version <= 10; ++version)
    history.push_back(ledger_.Fetch(topic_, database_.tenant(), "things/1", version, version, Soon())->front());
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Effects("things/1") == 10; }));
  Restore();
  for (Event& event : history) event.incarnation = incarnation_;
  Publish(history);
  PublishVersions("things/1", 11, 11);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 11 && Parked() == 0; }));
  ExpectEffectsOnceAndInOrder();
  ExpectMetric("vefa_consumer_restored_total", 0);
}

TEST_F(ConsumerHealTest, AHoleWhoseLedgerContradictsWhatWasAppliedIsAFork) {
  PublishVersions("things/1", 1, 3);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Effects("things/1") == 3; }));
  Make("things/1", 3, "test.other");
  Make("things/1", 4);
  PublishVersions("things/1", 5, 5);
  EXPECT_TRUE(Within([&] { return Parked("kind = 'FORK' AND next_attempt_time IS NULL") == 1; }));
  EXPECT_EQ(Effects("things/1"), 3);
}

}  // namespace
}  // namespace vefa::events
