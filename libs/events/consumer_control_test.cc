// What operators, a database in trouble and a lost position do to a consumer.
#include "libs/events/consumer_fixture.h"

namespace vefa::events {
namespace {

class ConsumerControlTest : public ConsumerFixture {
 protected:
  void Pause(bool paused) {
    database_.Run("INSERT INTO consumer_control (consumer, paused) VALUES ('" + consumer() + "', " + (paused ? "true" : "false") +
                  ") ON CONFLICT (consumer) DO UPDATE SET paused = excluded.paused, stopped_reason = ''");
  }
  void PublishMany(int subjects, int64_t from, int64_t to) {
    std::vector<Event> events;
    for (int64_t version = from; version <= to; ++version)
      for (int s = 0; s < subjects; ++s) events.push_back(Make("things/" + std::to_string(s), version));
    Publish(events);
  }
  std::string PumpRole() {
    std::string conninfo = database_.pump_conninfo();
    size_t from = conninfo.find("//") + 2;
    return conninfo.substr(from, conninfo.find(':', from) - from);
  }
  // Nobody can connect as the pump, and who is connected is thrown out.
  void LockOut(bool out) {
    database_.Run("ALTER ROLE " + PumpRole() + (out ? " NOLOGIN" : " LOGIN"));
    if (out) database_.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + PumpRole() + "'");
  }
};

TEST_F(ConsumerControlTest, APausedConsumerAppliesNothingAndSaysHowFarItIsBehind) {
  PublishMany(5, 1, 1);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("effect") == 5; }));
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_lag") == 0 && Metric("vefa_consumer_lag_seconds") == 0; }));
  Pause(true);
  // Noticed within a second or so: what comes then stays.
  std::string last;
  ASSERT_TRUE(Within([&] {
    last = "probe/" + std::to_string(std::rand());
    PublishVersions(last, 1, 1);
    return !testing::Eventually([&] { return Effects(last) == 1; }, std::chrono::milliseconds(500));
  }));
  PublishMany(5, 2, 3);
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_lag") == 11 && Metric("vefa_consumer_lag_seconds") >= 2; }));
  EXPECT_EQ(Count("effect", "version > 1"), 0);
  EXPECT_GE(subscriber_->lag_seconds(), 2);
  Pause(false);
  EXPECT_TRUE(Within([&] { return Count("effect", "subject LIKE 'things/%'") == 15 && Effects(last) == 1; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_lag") == 0; }));
}

TEST_F(ConsumerControlTest, GoingBackRepeatsWhatIsDropped) {
  PublishMany(20, 1, 5);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("effect") == 100; }));
  database_.Run("UPDATE consumer_position SET next_offset = 0");
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_duplicates_total") == 100; }));
  PublishMany(20, 6, 6);
  EXPECT_TRUE(Within([&] { return Count("effect") == 120; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(database_.Count("SELECT sum(next_offset)::bigint FROM consumer_position"), 120);
}

TEST_F(ConsumerControlTest, GoingForwardLeavesHolesThatAreHealed) {
  PublishMany(20, 1, 2);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Count("effect") == 40; }));
  subscriber_.reset();
  PublishMany(20, 3, 5);
  // To the ends, over sixty events.
  std::vector<kafka::Message> all = ReadTopic(topic_, 100);
  Offsets ends;
  for (const kafka::Message& message : all) ends[{message.topic, message.partition}] = message.offset + 1;
  for (const auto& [partition, offset] : ends)
    database_.Run("UPDATE consumer_position SET next_offset = " + std::to_string(offset) +
                  " WHERE part = " + std::to_string(partition.second));
  Subscribe(&ledger_);
  PublishMany(20, 6, 6);
  EXPECT_TRUE(Within([&] { return Count("effect") == 120; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(Count("parked_subject"), 0);
}

TEST_F(ConsumerControlTest, ALostPositionIsToldAndWaitsForASeek) {
  PublishMany(20, 1, 2);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Count("effect") == 40; }));
  subscriber_.reset();
  // As when Kafka lost the topic and it begins anew: the position lies beyond its end.
  database_.Run("UPDATE consumer_position SET next_offset = next_offset + 1000");
  PublishMany(20, 3, 3);
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Count("consumer_control", "stopped_reason = 'POSITION_LOST'") == 1; }));
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_stopped") == 1; }));
  EXPECT_EQ(Count("effect"), 40);
  // Let on without a seek, it stops again.
  Pause(false);
  ASSERT_TRUE(Within([&] { return Count("consumer_control", "stopped_reason = 'POSITION_LOST'") == 1; }));
  database_.Run("UPDATE consumer_position SET next_offset = 0");
  EXPECT_TRUE(Within([&] { return Count("effect") == 60; }));
  EXPECT_TRUE(Within([&] { return Count("consumer_control", "stopped_reason = ''") == 1; }));
  ExpectEffectsOnceAndInOrder();
}

TEST_F(ConsumerControlTest, ADatabaseInTroubleIsWaitedForAndTheGroupIsKept) {
  settings_.poll_interval = std::chrono::seconds(6);
  PublishMany(5, 1, 1);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("effect") == 5; }));
  LockOut(true);
  PublishMany(5, 2, 4);
  // Longer than Kafka waits for a member that does not poll.
  EXPECT_FALSE(testing::Eventually([&] { return Count("effect") != 5; }, std::chrono::seconds(9)));
  double rebalances = Metric("vefa_consumer_assignments_total");
  LockOut(false);
  EXPECT_TRUE(Within([&] { return Count("effect") == 20; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(Count("parked_subject"), 0);
  EXPECT_EQ(Metric("vefa_consumer_assignments_total"), rebalances);
  EXPECT_EQ(rebalances, 1);
}

TEST_F(ConsumerControlTest, AStartWithoutADatabaseBeginsWhenItIsThere) {
  PublishMany(5, 1, 2);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("effect") == 10; }));
  subscriber_.reset();
  LockOut(true);
  PublishMany(5, 3, 3);
  Subscribe();
  EXPECT_TRUE(Within([&] { return Metric("vefa_consumer_assignments_total") == 2; }));
  LockOut(false);
  EXPECT_TRUE(Within([&] { return Count("effect") == 15; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(Metric("vefa_consumer_duplicates_total"), 0);
}

TEST_F(ConsumerControlTest, ALockThatIsHeldIsTroubleAndNoPoison) {
  PublishMany(5, 1, 1);
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("effect") == 5; }));
  {
    auto begun = database_.owner().Begin(postgres::Scope::EveryTenant(), Deadline::After(std::chrono::seconds(30)));
    ASSERT_TRUE(begun.ok());
    static const postgres::Statement kLock{"test_lock", "LOCK TABLE effect IN EXCLUSIVE MODE"};
    ASSERT_TRUE(begun->Execute(kLock).ok());
    PublishMany(5, 2, 2);
    // The consumer gives up after five seconds (55P03), and tries again.
    EXPECT_FALSE(testing::Eventually([&] { return Count("effect") != 5; }, std::chrono::seconds(7)));
  }
  EXPECT_TRUE(Within([&] { return Count("effect") == 10; }));
  EXPECT_EQ(Count("parked_subject"), 0);
}

}  // namespace
}  // namespace vefa::events
