#include <gtest/gtest.h>

#include <mutex>

#include "libs/events/append.h"
#include "libs/events/relay.h"
#include "libs/events/subscriber.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::events {
namespace {

const postgres::Statement kAppend{
    "test_append",
    "SELECT " VEFA_APPEND_EVENTS("$1, $2, v, gen_random_uuid(), $4, now(), '', NULL, convert_to(v::text, 'UTF8')")
    " FROM unnest($3::bigint[]) v"};

// Keeps what it was given; refuses the types it is told to.
class Recorder final : public Handler {
 public:
  Status Apply(postgres::Transaction& transaction, std::span<const Event> events) override {
    for (const Event& event : events) {
      if (event.type == "test.poison") return Error{Code::kDataLoss, "EVENT_MALFORMED", "poison"};
      static const postgres::Statement kEffect{"test_effect", "INSERT INTO effect (subject, version) VALUES ($1, $2)"};
      VEFA_TRY_OK(transaction.Execute(kEffect, postgres::Bound(event.subject, event.aggregate_version)));
    }
    return Ok();
  }
};

class EventsTest : public ::testing::Test {
 protected:
  void Append(const std::string& subject, std::vector<int64_t> versions, const std::string& type = "test.happened") {
    auto done = database_.service().Run(postgres::Scope::Tenant(database_.tenant()), kAppend,
                                        postgres::Bound(database_.tenant(), subject, versions, type), Soon());
    ASSERT_TRUE(done.ok()) << done.error().metadata.at("detail");
  }
  Source source() { return {"test", topic_, "vefa.test.v1.TestEvent"}; }
  std::string consumer() { return topic_ + ".consumer"; }

  testing::TestDatabase database_{{{"0100_effect",
                                    "CREATE TABLE effect (subject text, version bigint, PRIMARY KEY (subject, version));"
                                    "GRANT ALL ON effect TO ${pump};"}}};
  std::string topic_ = testing::TestTopic("vefa.test");
  telemetry::Metrics metrics_;
  Recorder recorder_;
};

TEST_F(EventsTest, EveryCommittedEventHasItsEffectOnceAndInOrder) {
  Relay relay(database_.pump(), testing::KafkaBrokers(), source(), metrics_);
  Subscriber subscriber(consumer(), {topic_}, testing::KafkaBrokers(), database_.pump(), recorder_, metrics_);
  for (int64_t v = 1; v <= 200; v += 2) {
    for (int s = 0; s < 5; ++s) Append("things/" + std::to_string(s), {v, v + 1});
    relay.Wake();
  }
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM effect") == 1000; },
                                  std::chrono::seconds(60)));
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM outbox_pending") == 0; }));
  EXPECT_EQ(database_.Count("SELECT min(version) FROM applied_version"), 200);
}

TEST_F(EventsTest, ARepeatHasNoSecondEffect) {
  Append("things/1", {1, 2, 3});
  {
    Relay relay(database_.pump(), testing::KafkaBrokers(), source(), metrics_);
    ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM outbox_pending") == 0; }));
  }
  // As after a crash between Kafka's acknowledgement and the deletion.
  database_.Run("INSERT INTO outbox_pending (id, tenant_id, lane) SELECT id, tenant_id, 0 FROM event_log");
  Append("things/1", {4});
  Relay relay(database_.pump(), testing::KafkaBrokers(), source(), metrics_);
  Subscriber subscriber(consumer(), {topic_}, testing::KafkaBrokers(), database_.pump(), recorder_, metrics_);
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM effect") == 4; },
                                  std::chrono::seconds(60)));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_event"), 0);
}

TEST_F(EventsTest, PoisonParksItsSubjectAndNobodyElse) {
  Append("things/good", {1, 2});
  Append("things/bad", {1});
  Append("things/bad", {2}, "test.poison");
  Append("things/bad", {3});
  Append("things/good", {3, 4});
  Relay relay(database_.pump(), testing::KafkaBrokers(), source(), metrics_);
  Subscriber subscriber(consumer(), {topic_}, testing::KafkaBrokers(), database_.pump(), recorder_, metrics_);
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM effect WHERE subject = 'things/good'") == 4; },
                                  std::chrono::seconds(60)));
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM parked_event WHERE subject = 'things/bad'") == 2; },
                                  std::chrono::seconds(60)));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM effect WHERE subject = 'things/bad'"), 1);
}

TEST_F(EventsTest, ASecondReaderGoesOnWhereTheFirstStopped) {
  Relay relay(database_.pump(), testing::KafkaBrokers(), source(), metrics_);
  Append("things/1", {1, 2});
  {
    Subscriber first(consumer(), {topic_}, testing::KafkaBrokers(), database_.pump(), recorder_, metrics_);
    ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM effect") == 2; },
                                    std::chrono::seconds(60)));
  }
  Append("things/1", {3});
  Subscriber second(consumer(), {topic_}, testing::KafkaBrokers(), database_.pump(), recorder_, metrics_);
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM effect") == 3; },
                                  std::chrono::seconds(60)));
}

TEST_F(EventsTest, AnOversizedPayloadIsRefusedWhenWritten) {
  static const postgres::Statement kBig{
      "test_big",
      "SELECT " VEFA_APPEND_EVENTS(
          "$1, 'things/1', 1, gen_random_uuid(), 'test.big', now(), '', NULL, convert_to(repeat('x', 921601), 'UTF8')")};
  auto done = database_.service().Run(postgres::Scope::Tenant(database_.tenant()), kBig,
                                      postgres::Bound(database_.tenant()), Soon());
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().reason, "EVENT_TOO_LARGE");
}

TEST(EventTest, HeadersRoundTripAndMalformedOnesAreNamed) {
  SystemClock clock;
  Event event;
  event.id = NewUuidV7(clock);
  event.tenant = NewUuidV7(clock);
  event.type = "thing.happened";
  event.subject = "things/1";
  event.aggregate_version = 3;
  event.occur_time = event.record_time = clock.Now();
  event.payload = "body";
  kafka::Record record = ToRecord(event, {"test", "vefa.test.v1", "vefa.test.v1.TestEvent"});
  EXPECT_EQ(record.key, event.tenant.ToString() + "/things/1");
  kafka::Message message{record.topic, 2, 9, record.key, record.value, record.headers};
  auto back = FromMessage(message);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->occur_time, event.occur_time);
  EXPECT_EQ(back->aggregate_version, 3);
  for (auto& [name, value] : message.headers)
    if (name == "ce_aggversion") value = "0";
  EXPECT_EQ(FromMessage(message).error().reason, "EVENT_MALFORMED");
}

}  // namespace
}  // namespace vefa::events
