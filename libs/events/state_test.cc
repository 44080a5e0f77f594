#include <gtest/gtest.h>

#include <google/protobuf/wrappers.pb.h>

#include <random>
#include <set>

#include "libs/events/catalog.h"
#include "libs/events/fold.h"
#include "libs/events/state_outbox.h"
#include "libs/events/state_publisher.h"
#include "libs/events/state_table.h"
#include "libs/kafka/consumer.h"
#include "libs/kafka/fenced_producer.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::events {
namespace {

using Text = google::protobuf::StringValue;

// The state is every payload so far; `erase` erases.
Status FoldText(const Event& event, google::protobuf::Message& state, bool& erased) {
  if (erased) return Ok();
  auto& text = static_cast<Text&>(state);
  if (event.payload == "erase") {
    text.Clear();
    erased = true;
  } else {
    text.set_value(text.value() + event.payload);
  }
  return Ok();
}

class StateTest : public ::testing::Test {
 protected:
  static Source MakeTestSource(const std::string& topic) {
    Source source = MakeSource(contact::v1::ContactEvent::descriptor());
    source.service = topic;  // The transactional id has to be of this test alone.
    return source;
  }

  Event Next(const std::string& subject, const std::string& payload) {
    Event event;
    event.id = NewUuidV7(clock_);
    event.type = "contact.updated";
    event.tenant = database_.tenant();
    event.subject = subject;
    event.aggregate_version = ++versions_[subject];
    event.occur_time = event.record_time = clock_.Now();
    event.payload = payload;
    return event;
  }
  // As Subscriber would.
  void Apply(const std::vector<Event>& events) {
    auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({database_.tenant()}), Soon(),
                                        [&](postgres::Transaction& tx) { return table_.Apply(tx, events); });
    ASSERT_TRUE(done.ok()) << done.error().message;
    table_.Applied();
  }
  int64_t Dirty() { return database_.Count("SELECT count(*) FROM aggregate_state WHERE dirty_since IS NOT NULL"); }
  std::string Stored(const std::string& subject) {
    static const postgres::Statement kState{"test_state", "SELECT state FROM aggregate_state WHERE subject = $1"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(database_.tenant()), kState, postgres::Bound(subject), Soon());
    Text text;
    EXPECT_TRUE(rows.ok() && rows->size() == 1 && text.ParseFromString(rows->String(0, 0)));
    return text.value();
  }
  // What is on the topic, committed, in order; waits until `done` says it is all there.
  std::vector<kafka::Message> ReadTopic(const std::function<bool(const std::vector<kafka::Message>&)>& done) {
    kafka::Consumer consumer(
        testing::KafkaBrokers(), topic_ + ".reader", {topic_},
        [](const auto&) { return std::map<kafka::Partition, int64_t>(); }, [](const auto&) {});
    std::vector<kafka::Message> all;
    EXPECT_TRUE(testing::Eventually([&] {
      auto batch = consumer.Poll(500, std::chrono::milliseconds(100));
      if (!batch.ok()) return false;
      for (kafka::Message& message : *batch) all.push_back(std::move(message));
      return done(all);
    }));
    return all;
  }
  StateOutbox::Batch MustRead() {
    auto batch = outbox_.Read(Soon());
    EXPECT_TRUE(batch.ok()) << batch.error().message;
    return *std::move(batch);
  }

  SystemClock clock_;
  testing::TestDatabase database_{{}};
  std::map<std::string, int64_t> versions_;
  int applied_ = 0;
  StateTable table_{Text::default_instance(), FoldText, [this] { ++applied_; }};
  const std::string topic_ = testing::TestTopic("vefa.test.state", 2);
  Source source_ = MakeTestSource(topic_);
  StateOutbox outbox_{database_.pump(), source_, topic_};
};

TEST_F(StateTest, InWhateverBatchesItComesToTheSame) {
  std::mt19937 random(7);
  std::map<std::string, std::string> expected;
  std::vector<Event> batch;
  for (int n = 0; n < 300; ++n) {
    std::string subject = "contacts/" + std::to_string(random() % 9);
    std::string payload(1, static_cast<char>('a' + random() % 26));
    expected[subject] += payload;
    batch.push_back(Next(subject, payload));
    if (random() % 12 != 0) continue;
    Apply(batch);
    batch.clear();
  }
  Apply(batch);
  for (const auto& [subject, text] : expected) EXPECT_EQ(Stored(subject), text);
  EXPECT_EQ(Dirty(), static_cast<int64_t>(expected.size()));
  EXPECT_GT(applied_, 5);
}

TEST_F(StateTest, AStateThatFitsIntoNoRecordIsRefused) {
  std::vector<Event> large{Next("contacts/1", std::string(921'601, 'x'))};
  auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({database_.tenant()}), Soon(),
                                      [&](postgres::Transaction& tx) { return table_.Apply(tx, large); });
  EXPECT_EQ(done.error().reason, "STATE_TOO_LARGE");
}

TEST_F(StateTest, ARecordSaysWhatItIsAStateOf) {
  Event event = Next("contacts/1", "a");
  Apply({event});
  source_.schema_uri = "https://vefa.example/schemas/vefa.contact.v1.ContactEvent@abc";
  auto batch = StateOutbox(database_.pump(), source_, topic_).Read(Soon());
  ASSERT_EQ(batch->records.size(), 1u);
  const kafka::Record& record = batch->records[0];
  EXPECT_EQ(record.topic, topic_);
  EXPECT_EQ(record.key, database_.tenant().ToString() + "/contacts/1");
  EXPECT_FALSE(record.tombstone);
  std::map<std::string, std::string> headers(record.headers.begin(), record.headers.end());
  EXPECT_EQ(headers["ce_type"], source_.service + ".state");
  EXPECT_EQ(headers["ce_subject"], "contacts/1");
  EXPECT_EQ(headers["ce_aggversion"], "1");
  EXPECT_EQ(headers["ce_tenantid"], database_.tenant().ToString());
  EXPECT_EQ(headers["ce_dataclassification"], "personal");
  EXPECT_EQ(headers["ce_dataschema"], "https://vefa.example/schemas/vefa.contact.v1.ContactSnapshot@abc");
  EXPECT_EQ(headers["content-type"], "application/protobuf");
  EXPECT_NE(headers["ce_id"], event.id.ToString());
  EXPECT_EQ(outbox_.Read(Soon())->records[0].headers[1], record.headers[1]);  // ce_id stays the same.
  EXPECT_TRUE(headers["ce_source"].starts_with("/vefa/" + source_.service + "/"));
}

TEST_F(StateTest, WhatChangedSinceItWasReadStaysDirty) {
  Apply({Next("contacts/1", "a"), Next("contacts/2", "a")});
  StateOutbox::Batch read = MustRead();
  ASSERT_EQ(read.records.size(), 2u);
  Apply({Next("contacts/1", "b")});
  ASSERT_TRUE(outbox_.MarkClean(read, Soon()).ok());
  StateOutbox::Batch again = MustRead();
  ASSERT_EQ(again.records.size(), 1u);
  EXPECT_EQ(again.subjects[0], "contacts/1");
  // The same event, but the states were built anew in between.
  database_.Run("UPDATE aggregate_state SET dirty_since = now() + interval '1 second' WHERE subject = 'contacts/1'");
  ASSERT_TRUE(outbox_.MarkClean(again, Soon()).ok());
  EXPECT_EQ(Dirty(), 1);
  ASSERT_TRUE(outbox_.MarkClean(MustRead(), Soon()).ok());
  EXPECT_EQ(Dirty(), 0);
}

TEST_F(StateTest, OnePublisherAtATimeByTheDatabasesClock) {
  Uuid one = NewUuidV7(clock_), other = NewUuidV7(clock_);
  EXPECT_TRUE(*outbox_.Hold(one, Soon()));
  EXPECT_FALSE(*outbox_.Hold(other, Soon()));
  EXPECT_TRUE(*outbox_.Hold(one, Soon()));
  database_.Run("UPDATE state_publisher SET expire_time = clock_timestamp() - interval '1 second'");
  EXPECT_TRUE(*outbox_.Hold(other, Soon()));
  EXPECT_FALSE(*outbox_.Hold(one, Soon()));
  ASSERT_TRUE(outbox_.Release(one, Soon()).ok());  // It is not one's to release.
  EXPECT_FALSE(*outbox_.Hold(one, Soon()));
  ASSERT_TRUE(outbox_.Release(other, Soon()).ok());
  EXPECT_TRUE(*outbox_.Hold(one, Soon()));
}

// A publisher stands still between reading and writing, its twin takes over with a newer state, and
// then the first goes on as if nothing had happened.
TEST_F(StateTest, AStalledTwinCannotWriteAnOlderStateLast) {
  kafka::FencedProducer stalled(testing::KafkaBrokers(), topic_);
  kafka::FencedProducer twin(testing::KafkaBrokers(), topic_);
  Apply({Next("contacts/1", "a")});
  ASSERT_TRUE(stalled.Begin(std::chrono::seconds(20)).ok());
  StateOutbox::Batch old = MustRead();
  Apply({Next("contacts/1", "b")});
  ASSERT_TRUE(twin.Begin(std::chrono::seconds(20)).ok());
  StateOutbox::Batch fresh = MustRead();
  ASSERT_TRUE(twin.Publish(fresh.records).ok());
  ASSERT_TRUE(outbox_.MarkClean(fresh, Soon()).ok());
  EXPECT_EQ(stalled.Publish(old.records).error().reason, "PRODUCER_FENCED");
  ASSERT_TRUE(outbox_.MarkClean(old, Soon()).ok());
  Apply({Next("contacts/2", "end")});
  ASSERT_TRUE(twin.Publish(MustRead().records).ok());
  auto all = ReadTopic([](const auto& read) { return read.size() >= 2; });
  ASSERT_EQ(all.size(), 2u);
  for (const auto& message : all) {
    if (message.header("ce_subject") == "contacts/1") {
      EXPECT_EQ(message.header("ce_aggversion"), "2");
    }
  }
}

// Publishers come and go, two at a time, while states change. Compaction keeps the last record of a key:
// that must be the newest state, or the tombstone of an erased subject.
TEST_F(StateTest, TheLastRecordOfAKeyIsItsNewestState) {
  telemetry::Metrics metrics;
  auto start = [&] {
    return std::make_unique<StatePublisher>(database_.pump(), testing::KafkaBrokers(), source_, topic_, clock_, metrics);
  };
  std::mt19937 random(11);
  auto first = start();
  auto second = start();
  std::set<std::string> erased;
  for (int round = 0; round < 30; ++round) {
    std::vector<Event> batch;
    for (int n = 0; n < 20; ++n) {
      std::string subject = "contacts/" + std::to_string(random() % 12);
      bool erase = round > 20 && random() % 40 == 0;
      if (erase) erased.insert(subject);
      batch.push_back(Next(subject, erase ? "erase" : "x"));
    }
    Apply(batch);
    if (first != nullptr) first->Wake();
    second->Wake();
    // The lease is taken from whoever has it, in the middle of things; and processes end and begin.
    if (round % 5 == 2) database_.Run("UPDATE state_publisher SET expire_time = '-infinity'");
    if (round % 10 == 7) first = nullptr;
    if (round % 10 == 9) first = start();
    if (round % 10 == 4) second = start();
  }
  ASSERT_TRUE(testing::Eventually([&] {
    first->Wake();
    second->Wake();
    return Dirty() == 0;
  }, std::chrono::seconds(60)));
  std::map<std::string, kafka::Message> last;
  auto newest = [&] {
    for (const auto& [subject, version] : versions_) {
      auto found = last.find(database_.tenant().ToString() + "/" + subject);
      if (found == last.end() || found->second.header("ce_aggversion") != std::to_string(version)) return false;
    }
    return true;
  };
  size_t seen = 0;
  auto all = ReadTopic([&](const auto& read) {
    for (; seen < read.size(); ++seen) {
      auto [at, fresh] = last.emplace(read[seen].key, read[seen]);
      // Never an older state after a newer one, whoever wrote it.
      if (!fresh) {
        EXPECT_LE(std::stoll(at->second.header("ce_aggversion")), std::stoll(read[seen].header("ce_aggversion")));
      }
      at->second = read[seen];
    }
    return newest();
  });
  EXPECT_FALSE(erased.empty());
  for (const auto& [subject, version] : versions_) {
    const kafka::Message& message = last[database_.tenant().ToString() + "/" + subject];
    EXPECT_EQ(message.tombstone, erased.contains(subject)) << subject;
    Text text;
    text.set_value(std::string(static_cast<size_t>(version), 'x'));
    if (!message.tombstone) {
      EXPECT_EQ(message.value, SerializeSorted(text)) << subject;
    }
  }
}

}  // namespace
}  // namespace vefa::events
