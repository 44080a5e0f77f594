// What an operator sees and does, on a real database and a real broker.
#include <gtest/gtest.h>

#include "libs/events/append.h"
#include "libs/events/relay.h"
#include "libs/events/subscriber.h"
#include "libs/operations/consumer_operations.h"
#include "libs/operations/outbox_operations.h"
#include "libs/operations/parked_operations.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::operations {
namespace {

const postgres::Statement kAppend{
    "test_append", "SELECT " VEFA_APPEND_EVENTS("$1, $2, v, gen_random_uuid(), $4, now(), '', NULL, convert_to('x', 'UTF8')")
                   " FROM unnest($3::bigint[]) v"};

// Refuses what it is told to until it is mended.
class Picky final : public events::Handler {
 public:
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override {
    static const postgres::Statement kEffect{"test_effect", "INSERT INTO effect (subject, version) VALUES ($1, $2)"};
    for (const events::Event& event : events) {
      if (event.type == "test.poison" && !mended) return Error{Code::kDataLoss, "POISON", "not digestible"};
      VEFA_TRY_OK(transaction.Execute(kEffect, postgres::Bound(event.subject, event.aggregate_version)));
    }
    return Ok();
  }
  std::atomic<bool> mended{false};
};

class OperationsTest : public ::testing::Test {
 protected:
  void Append(const std::string& subject, std::vector<int64_t> versions, const std::string& type = "test.happened") {
    auto done = database_.service().Run(postgres::Scope::Tenant(database_.tenant()), kAppend,
                                        postgres::Bound(database_.tenant(), subject, versions, type), Soon());
    ASSERT_TRUE(done.ok()) << done.error().metadata.at("detail");
    relay_.Wake();
  }
  int64_t Effects() { return database_.Count("SELECT count(*) FROM effect"); }
  Parts parts() {
    return {"test", topic_, testing::KafkaBrokers(), &database_.pump(), &relay_,
            [this] { return std::vector<ConsumerInfo>{{consumer_, {topic_}, false}}; }};
  }
  bool Published() { return database_.Count("SELECT count(*) FROM outbox_pending") == 0; }

  testing::TestDatabase database_{{{"0100_effect",
                                    "CREATE TABLE effect (subject text, version bigint, PRIMARY KEY (subject, version));"
                                    "GRANT ALL ON effect TO ${pump};"}}};
  const std::string topic_ = testing::TestTopic("vefa.test");
  const std::string consumer_ = topic_ + ".consumer";
  telemetry::Metrics metrics_;
  Picky handler_;
  events::Source source_{"test", topic_, "vefa.test.v1.TestEvent"};
  events::Relay relay_{database_.pump(), testing::KafkaBrokers(), source_, metrics_};
};

TEST_F(OperationsTest, TheOutboxIsShownAndRecordedEventsArePublishedAgain) {
  Append("things/1", {1, 2, 3});
  ASSERT_TRUE(testing::Eventually([&] { return Published(); }));
  event::v1::Outbox outbox;
  ASSERT_TRUE(ReadOutbox(parts(), Soon(), outbox).ok());
  EXPECT_EQ(outbox.pending(), 0);
  EXPECT_TRUE(outbox.has_oldest_record_time());
  std::string life = outbox.incarnation();

  event::v1::ReplayEventsRequest request;
  request.set_subject("things/1");
  event::v1::ReplayEventsResponse replayed;
  ASSERT_TRUE(Replay(parts(), request, Soon(), replayed).ok());
  EXPECT_EQ(replayed.events(), 3);
  ASSERT_TRUE(testing::Eventually([&] { return Published(); }));
  request.mutable_to()->set_seconds(1);
  EXPECT_EQ(Replay(parts(), request, Soon(), replayed).ok(), true);
  EXPECT_EQ(replayed.events(), 0) << "nothing was recorded in 1970";
  request.mutable_from()->set_seconds(2);
  EXPECT_EQ(Replay(parts(), request, Soon(), replayed).error().violations.front().reason, "TIME_RANGE");

  ASSERT_TRUE(RenewIncarnation(parts(), Soon()).ok());
  ASSERT_TRUE(ReadOutbox(parts(), Soon(), outbox).ok());
  EXPECT_LT(life, outbox.incarnation()) << "a later life is greater";

  // Six records and three facts: a reader applies each once.
  events::Subscriber subscriber(consumer_, {topic_}, testing::KafkaBrokers(), database_.pump(), handler_, metrics_);
  EXPECT_TRUE(testing::Eventually([&] {
    return database_.Count("SELECT coalesce(sum(next_offset), 0)::bigint FROM consumer_position") == 6;
  }));
  EXPECT_EQ(Effects(), 3);
}

TEST_F(OperationsTest, AConsumerIsPausedResumedAndMoved) {
  events::Subscriber subscriber(consumer_, {topic_}, testing::KafkaBrokers(), database_.pump(), handler_, metrics_);
  Append("things/1", {1, 2});
  ASSERT_TRUE(testing::Eventually([&] { return Effects() == 2; }));
  ASSERT_TRUE(SetPaused(parts(), consumer_, true, Soon()).ok());
  event::v1::Consumer seen;
  ASSERT_TRUE(FindConsumer(parts(), consumer_, Soon(), seen).ok());
  EXPECT_TRUE(seen.paused());
  // It may be at a batch when it is paused; what comes after is left alone.
  std::string resting = "vefa_consumer_paused{consumer=\"" + consumer_ + "\"} 1";
  ASSERT_TRUE(testing::Eventually([&] { return metrics_.Expose().find(resting) != std::string::npos; }));
  Append("things/1", {3});
  ASSERT_TRUE(testing::Eventually([&] { return Published(); }));
  ASSERT_TRUE(testing::Eventually([&] {
    event::v1::Consumer consumer;
    return FindConsumer(parts(), consumer_, Soon(), consumer).ok() && consumer.lag() == 1;
  }));
  EXPECT_EQ(Effects(), 2);
  ASSERT_TRUE(SetPaused(parts(), consumer_, false, Soon()).ok());
  ASSERT_TRUE(testing::Eventually([&] { return Effects() == 3; }));

  event::v1::SeekConsumerRequest back;
  back.set_consumer(consumer_);
  back.set_target(event::v1::SeekConsumerRequest::TARGET_EARLIEST);
  ASSERT_TRUE(Seek(parts(), back, Soon()).ok());
  Append("things/1", {4});
  ASSERT_TRUE(testing::Eventually([&] { return Effects() == 4; }));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_subject"), 0) << "repeats are dropped";
  back.set_consumer("nobody.v1");
  EXPECT_EQ(Seek(parts(), back, Soon()).error().reason, "CONSUMER_UNKNOWN");
  back.set_consumer(consumer_);
  back.set_target(event::v1::SeekConsumerRequest::TARGET_OFFSET);
  back.set_topic(topic_);
  back.set_offset(1'000'000);
  EXPECT_EQ(Seek(parts(), back, Soon()).error().violations.front().reason, "OFFSET_OUT_OF_RANGE");
}

TEST_F(OperationsTest, WhatIsParkedIsShownTriedAgainAndSkipped) {
  events::Subscriber subscriber(consumer_, {topic_}, testing::KafkaBrokers(), database_.pump(), handler_, metrics_);
  Append("things/bad", {1});
  Append("things/bad", {2}, "test.poison");
  Append("things/bad", {3});
  Append("things/good", {1});
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM parked_event") == 2; }));
  ASSERT_TRUE(testing::Eventually([&] { return Effects() == 2; }));
  event::v1::ListParkedRequest request;
  request.set_subject("things/bad");
  event::v1::ListParkedResponse parked;
  ASSERT_TRUE(ListParked(parts(), request, Soon(), parked).ok());
  ASSERT_EQ(parked.subjects_size(), 1);
  EXPECT_EQ(parked.subjects(0).kind(), "POISON");
  EXPECT_EQ(parked.subjects(0).first_version(), 2);
  ASSERT_EQ(parked.subjects(0).parked_events_size(), 2);
  EXPECT_EQ(parked.subjects(0).parked_events(0).type(), "test.poison");

  event::v1::SkipParkedRequest skip;
  skip.set_consumer(consumer_);
  skip.set_tenant_id(database_.tenant().ToString());
  skip.set_subject("things/bad");
  skip.set_version(3);
  event::v1::SkipParkedResponse skipped;
  EXPECT_EQ(SkipParked(parts(), skip, Soon(), skipped).error().reason, "VERSION_NOT_FIRST");
  skip.set_version(2);
  ASSERT_TRUE(SkipParked(parts(), skip, Soon(), skipped).ok());
  EXPECT_TRUE(testing::Eventually([&] { return Effects() == 3; })) << "version 3 goes on";
  EXPECT_EQ(database_.Count("SELECT count(*) FROM effect WHERE subject = 'things/bad' AND version = 2"), 0);

  Append("things/worse", {1}, "test.poison");
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM parked_subject") == 1; }));
  handler_.mended = true;
  event::v1::ReplayParkedRequest again;
  again.set_consumer(consumer_);
  event::v1::ReplayParkedResponse tried;
  ASSERT_TRUE(ReplayParked(parts(), again, Soon(), tried).ok());
  EXPECT_EQ(tried.subjects(), 1);
  EXPECT_TRUE(testing::Eventually([&] { return Effects() == 4; }));
}

}  // namespace
}  // namespace vefa::operations
