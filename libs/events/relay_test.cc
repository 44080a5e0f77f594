#include <gtest/gtest.h>

#include "libs/events/catalog.h"
#include "libs/events/relay_fixture.h"
#include "libs/kafka/admin.h"
#include "libs/testing/soon.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::events {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RelayTest : public ::testing::Test {
 protected:
  void SetUp() override { harness_.CreateThings(100); }
  int64_t Count(const std::string& sql) { return harness_.database.Count(sql); }
  // A metric's value as Prometheus would read it.
  double Metric(const std::string& name) {
    std::string text = harness_.metrics.Expose();
    size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }
  bool Reaches(const std::string& metric, double value) {
    return testing::Eventually([&] { return Metric(metric) == value; });
  }
  // Whether nothing was published while a relay ran that long and could not.
  bool StaysPending(int64_t events) {
    const std::string pending = "SELECT count(*) FROM outbox_pending";
    EXPECT_FALSE(testing::Eventually([&] { return Count(pending) != events; }, milliseconds(700)));
    return Metric("vefa_relay_ready") == 0;
  }

  RelayHarness harness_;
};

TEST_F(RelayTest, EveryCommittedEventArrivesOnceAndInOrder) {
  auto relay = harness_.StartRelay();
  for (int round = 0; round < 20; ++round) {
    for (int thing = 0; thing < 10; ++thing) harness_.Change(thing);
    relay->Wake();
  }
  ASSERT_TRUE(harness_.Drained());
  Account account = AccountOf(harness_.ReadTopic());
  EXPECT_EQ(account.events, 200);
  EXPECT_EQ(account.repeats, 0);
  EXPECT_EQ(account.disordered, 0);
  EXPECT_TRUE(Reaches("vefa_relay_published_total", 200));
  EXPECT_TRUE(Reaches("vefa_outbox_publish_seconds_count", 200));
  EXPECT_TRUE(Reaches("vefa_outbox_pending", 0));
}

TEST_F(RelayTest, StopPublishesWhatIsInFlightAndGivesUpItsLanes) {
  for (int i = 0; i < 50; ++i) harness_.Change(i);
  auto relay = harness_.StartRelay();
  ASSERT_TRUE(Reaches("vefa_relay_lanes", 64));
  ASSERT_TRUE(harness_.Drained());
  relay->Stop();
  EXPECT_EQ(Count("SELECT count(*) FROM relay_member"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM relay_lane WHERE member IS NOT NULL"), 0);
}

TEST_F(RelayTest, ASecondRelayTakesOverFromOneThatWasKilled) {
  auto first = harness_.StartRelay();
  harness_.Change(1);
  ASSERT_TRUE(harness_.Drained());
  first->StopAsKilled();
  for (int i = 0; i < 100; ++i) harness_.Change(i);
  auto second = harness_.StartRelay();
  EXPECT_TRUE(harness_.Drained(seconds(5)));
}

TEST_F(RelayTest, LiveRelaysShareTheLanesFairly) {
  telemetry::Metrics metrics[3];
  std::vector<std::unique_ptr<Relay>> relays;
  for (auto& own : metrics)
    relays.push_back(
        std::make_unique<Relay>(harness_.database.pump(), testing::KafkaBrokers(), harness_.source(), own));
  auto shares = [&](int64_t least, int64_t members) {
    return testing::Eventually([&] {
      return Count("SELECT count(*) FROM (SELECT member FROM relay_lane WHERE member IS NOT NULL GROUP BY member"
                   " HAVING count(*) BETWEEN " + std::to_string(least) + " AND 22) m") == members;
    });
  };
  EXPECT_TRUE(shares(20, 3));
  EXPECT_EQ(Count("SELECT count(*) FROM relay_lane WHERE member IS NOT NULL"), 64);
}

TEST_F(RelayTest, WhatAKilledRelayHadInFlightIsPublishedByTheNext) {
  for (int i = 0; i < 100; ++i) harness_.Change(i % 10);
  RelayOptions options;
  options.leases = false;
  options.in_flight_max = 10;
  auto first = harness_.StartRelay(options);
  ASSERT_TRUE(testing::Eventually([&] { return Metric("vefa_relay_published_total") >= 20; }));
  first->StopAsKilled();
  auto second = harness_.StartRelay(options);
  ASSERT_TRUE(harness_.Drained());
  Account account = AccountOf(harness_.ReadTopic());
  EXPECT_EQ(account.events, 100);
  EXPECT_EQ(account.disordered, 0);
}

TEST_F(RelayTest, WhatAnotherProcessCommittedIsFoundWithoutAWake) {
  auto relay = harness_.StartRelay();
  ASSERT_TRUE(Reaches("vefa_relay_ready", 1));
  harness_.Change(1);
  EXPECT_TRUE(harness_.Drained(seconds(2)));
}

TEST_F(RelayTest, ATopicWithOtherPartitionsIsRefusedByName) {
  harness_.Change(1);
  RelayOptions options;
  options.partitions = 24;
  {
    auto relay = harness_.StartRelay(options);
    EXPECT_TRUE(StaysPending(1));
  }
  options.partitions = 4;
  auto relay = harness_.StartRelay(options);
  EXPECT_TRUE(harness_.Drained());
  EXPECT_TRUE(Reaches("vefa_relay_ready", 1));
}

TEST_F(RelayTest, ATopicThatIsMissingIsWaitedFor) {
  harness_.topic += ".late";
  harness_.Change(1);
  auto relay = harness_.StartRelay();
  EXPECT_TRUE(StaysPending(1));
  ASSERT_TRUE(kafka::ApplyTopics(testing::KafkaBrokers(), {{harness_.topic, 4, 1}}, Soon()).ok());
  EXPECT_TRUE(harness_.Drained());
}

TEST_F(RelayTest, ASequenceThatCachesIsWaitedFor) {
  harness_.database.Run("ALTER SEQUENCE event_log_id_seq CACHE 20");
  harness_.Change(1);
  auto relay = harness_.StartRelay();
  EXPECT_TRUE(StaysPending(1));
  harness_.database.Run("ALTER SEQUENCE event_log_id_seq CACHE 1");
  EXPECT_TRUE(harness_.Drained());
}

TEST_F(RelayTest, ADatabaseThatAcceptsNoWritesIsWaitedFor) {
  std::string role = harness_.database.pump_conninfo();
  role = role.substr(13, role.find(':', 13) - 13);
  harness_.database.Run("ALTER ROLE " + role + " SET default_transaction_read_only = on");
  harness_.Change(1);
  postgres::Database pump(harness_.database.pump_conninfo(), 2);
  Relay relay(pump, testing::KafkaBrokers(), harness_.source(), harness_.metrics);
  EXPECT_TRUE(StaysPending(1));
  harness_.database.Run("ALTER ROLE " + role + " RESET default_transaction_read_only");
  EXPECT_TRUE(harness_.Drained());
}

TEST_F(RelayTest, HeadersSayWhoseEventInWhichLifeAndWhy) {
  Source source = MakeSource(contact::v1::ContactEvent::descriptor());
  source.topic = harness_.topic;
  const std::string type = "contact.created";
  ASSERT_TRUE(source.catalog->kinds().contains(type));
  harness_.database.Run("SELECT set_config('app.tenant', '" + harness_.database.tenant().ToString() +
                        "', false); SELECT append_events(ARRAY[('" + harness_.database.tenant().ToString() +
                        "', 'contacts/1', 1, gen_random_uuid(), '" + type +
                        "', now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',"
                        " '01890000-0000-7000-8000-000000000001', 'x')::event_draft])");
  Relay relay(harness_.database.pump(), testing::KafkaBrokers(), source, harness_.metrics);
  ASSERT_TRUE(harness_.Drained());
  std::vector<kafka::Message> records = harness_.ReadRecords();
  ASSERT_EQ(records.size(), 1u);
  static const postgres::Statement kLife{"test_life", "SELECT incarnation FROM db_identity"};
  auto life = harness_.database.pump().Run(postgres::Scope::Tenants({}), kLife, {}, Soon());
  EXPECT_EQ(records[0].header("ce_source"), "/vefa/contact/" + life->Id(0, 0).ToString());
  EXPECT_EQ(records[0].header("ce_dataclassification"), source.catalog->ClassificationOf(type));
  EXPECT_EQ(records[0].header("ce_correlationid"), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(records[0].header("ce_causationid"), "01890000-0000-7000-8000-000000000001");
  EXPECT_EQ(records[0].header("traceparent"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(records[0].key, harness_.database.tenant().ToString() + "/contacts/1");
}

// What the ids of one life name, those of another do not: nothing a relay remembers may touch it.
TEST_F(RelayTest, ADatabaseThatWasRestoredIsAnotherLife) {
  SystemClock clock;
  RelayStore store(harness_.database.pump(), NewUuidV7(clock));
  auto before = store.Check(Soon());
  ASSERT_TRUE(before.ok());
  harness_.Change(1);
  harness_.database.Run("CREATE OR REPLACE FUNCTION current_timeline() RETURNS int LANGUAGE sql STABLE AS 'SELECT 99'");
  auto exchanged = store.Exchange({1}, kEveryLane, {}, 10, Soon());
  ASSERT_FALSE(exchanged.ok());
  EXPECT_EQ(exchanged.error().reason, "DATABASE_RESTORED");
  EXPECT_EQ(Count("SELECT count(*) FROM outbox_pending"), 1);
  auto after = store.Check(Soon());
  ASSERT_TRUE(after.ok());
  EXPECT_LT(*before, *after);
  EXPECT_TRUE(store.Exchange({1}, kEveryLane, {}, 10, Soon()).ok());
}

// Readers tell lives apart by their order, which must not hang on a clock that another machine sets.
TEST_F(RelayTest, ALaterLifeIsGreaterThoughTheClockWasPutBack) {
  SystemClock clock;
  RelayStore store(harness_.database.pump(), NewUuidV7(clock));
  // As if it had begun in the year 2100.
  harness_.database.Run("UPDATE db_identity SET incarnation = '03bb2cc3-d800-7fff-bfff-ffffffffffff'");
  auto before = store.Check(Soon());
  ASSERT_TRUE(before.ok());
  harness_.database.Run("SELECT check_incarnation(true)");
  auto after = store.Check(Soon());
  ASSERT_TRUE(after.ok());
  EXPECT_LT(*before, *after);
  EXPECT_EQ(after->ToString().substr(0, 15), "03bb2cc3-d801-7");
}

TEST_F(RelayTest, ARunningRelayGoesOnInTheNewLife) {
  auto relay = harness_.StartRelay();
  harness_.Change(1);
  ASSERT_TRUE(harness_.Drained());
  harness_.database.Run("CREATE OR REPLACE FUNCTION current_timeline() RETURNS int LANGUAGE sql STABLE AS 'SELECT 99'");
  harness_.Change(1);
  ASSERT_TRUE(harness_.Drained());
  std::vector<Event> events = harness_.ReadTopic();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NE(events[0].incarnation, events[1].incarnation);
}

// Readers drop what comes of an earlier life behind a later one; so nothing published as the earlier one's may be
// deleted once the later one began.
TEST_F(RelayTest, NothingIsDeletedUnderAnotherLifeThanItWasPublishedUnder) {
  SystemClock clock;
  RelayStore store(harness_.database.pump(), NewUuidV7(clock));
  ASSERT_TRUE(store.Check(Soon()).ok());
  harness_.Change(1);
  auto read = store.Exchange({}, kEveryLane, {}, 10, Soon());
  ASSERT_TRUE(read.ok());
  harness_.database.Run("SELECT check_incarnation(true)");
  auto exchanged = store.Exchange(read->ids(), kEveryLane, {}, 10, Soon());
  ASSERT_FALSE(exchanged.ok());
  EXPECT_EQ(exchanged.error().reason, "DATABASE_RESTORED");
  EXPECT_EQ(Count("SELECT count(*) FROM outbox_pending"), 1);
  ASSERT_TRUE(store.Check(Soon()).ok());
  EXPECT_TRUE(store.Exchange(read->ids(), kEveryLane, {}, 10, Soon()).ok());
  EXPECT_EQ(Count("SELECT count(*) FROM outbox_pending"), 0);
}

TEST_F(RelayTest, APayloadTooLargeIsRefusedWhenWritten) {
  auto write = [&](size_t size) {
    static const postgres::Statement kBig{
        "test_big", "SELECT append_events(ARRAY[($1, 'things/1', 1, gen_random_uuid(), 'test.big', now(), '', NULL,"
                    " convert_to(repeat('x', $2), 'UTF8'))::event_draft])"};
    const Uuid tenant = harness_.database.tenant();
    return harness_.database.service().Run(postgres::Scope::Tenant(tenant), kBig,
                                           postgres::Bound(tenant, static_cast<int32_t>(size)), Soon());
  };
  auto refused = write(921601);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  EXPECT_EQ(refused.error().reason, "EVENT_TOO_LARGE");
  EXPECT_EQ(Count("SELECT count(*) FROM outbox_pending"), 0);
  // The largest that may be written can be published.
  ASSERT_TRUE(write(921600).ok());
  auto relay = harness_.StartRelay();
  EXPECT_TRUE(harness_.Drained());
}

TEST_F(RelayTest, AReadingEndsBeforeLargeEventsFillTheMemory) {
  harness_.database.Run("SELECT set_config('app.tenant', '" + harness_.database.tenant().ToString() +
                        "', false); SELECT append_events(array_agg(('" + harness_.database.tenant().ToString() +
                        "', 'things/' || n, 1, gen_random_uuid(), 'test.big', now(), '', NULL,"
                        " convert_to(repeat('x', 900000), 'UTF8'))::event_draft)) FROM generate_series(1, 40) n");
  SystemClock clock;
  RelayStore store(harness_.database.pump(), NewUuidV7(clock));
  ASSERT_TRUE(store.Check(Soon()).ok());
  auto first = store.Exchange({}, kEveryLane, {}, 1000, Soon());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), (16u << 20) / 900000 + 1);
  auto relay = harness_.StartRelay();
  EXPECT_TRUE(harness_.Drained());
}

}  // namespace
}  // namespace vefa::events
