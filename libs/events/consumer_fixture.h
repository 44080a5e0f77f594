#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/events/consumer_batch.h"
#include "libs/events/parking.h"
#include "libs/events/projection.h"
#include "libs/events/subscriber.h"
#include "libs/kafka/producer.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

// What the tests of consumers share: a database with a table of effects, topics of their own, events as another
// service's relay would publish them, a handler that refuses what it is told to.
namespace vefa::events {

// Writes one row per event, so that a second effect would be seen.
class EffectHandler final : public Handler {
 public:
  Status Apply(postgres::Transaction& transaction, std::span<const Event> events) override {
    std::vector<std::string> subjects, types;
    std::vector<int64_t> versions;
    for (const Event& event : events) {
      if (Refuses(event)) return Error{Code::kDataLoss, "EVENT_REFUSED", "The test refuses it."};
      subjects.push_back(event.subject);
      versions.push_back(event.aggregate_version);
      types.push_back(event.type);
    }
    // The type `test.breaker` breaks a constraint of the table.
    static const postgres::Statement kEffect{
        "test_effect",
        "INSERT INTO effect (subject, version, type) SELECT w.subject, w.version, nullif(w.type, 'test.breaker')"
        " FROM unnest($1::text[], $2::bigint[], $3::text[]) AS w(subject, version, type)"};
    VEFA_TRY_OK(transaction.Execute(kEffect, postgres::Bound(subjects, versions, types)));
    if (meanwhile) meanwhile();
    return Ok();
  }
  void Refuse(const std::string& subject, int64_t version) {
    std::lock_guard lock(mutex_);
    refused_.emplace(subject, version);
  }
  void Accept() {
    std::lock_guard lock(mutex_);
    refused_.clear();
  }

  std::function<void()> meanwhile;  // Within the transaction; set before anything is applied.

 private:
  bool Refuses(const Event& event) {
    std::lock_guard lock(mutex_);
    return refused_.contains({event.subject, event.aggregate_version});
  }
  std::mutex mutex_;
  std::set<std::pair<std::string, int64_t>> refused_;
};

// A ledger in memory: what its owner would answer, or why it does not.
class MemoryLedger final : public LedgerReader {
 public:
  Result<std::vector<Event>> Fetch(const std::string& topic, const Uuid& tenant, const std::string& subject, int64_t from,
                                   int64_t to, Deadline) override;
  Result<std::vector<Event>> Read(const std::string&, const Uuid&, std::string&, Deadline) override {
    return Error{Code::kUnimplemented, "UNUSED", "No consumer reads a whole ledger."};
  }
  void Add(const Event& event);
  void Forget(const std::string& subject, int64_t version);
  void Fail(std::optional<Error> error);
  int fetches() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int64_t>, Event> events_;
  std::optional<Error> error_;
  int fetches_ = 0;
};

class ConsumerFixture : public ::testing::Test {
 protected:
  // The next event of a subject, recorded in the ledger too.
  Event Make(const std::string& subject, int64_t version, const std::string& type = "test.happened");
  kafka::Record RecordOf(const Event& event) const;
  void Publish(const std::vector<kafka::Record>& records);
  void Publish(const std::vector<Event>& events);
  // Versions `from` to `to` of a subject, made and published.
  void PublishVersions(const std::string& subject, int64_t from, int64_t to);

  void Subscribe(LedgerReader* ledger = nullptr) { subscriber_ = MakeSubscriber(ledger); }
  std::unique_ptr<Subscriber> MakeSubscriber(LedgerReader* ledger = nullptr);

  int64_t Count(const std::string& table, const std::string& where = "true") {
    return database_.Count("SELECT count(*) FROM " + table + " WHERE " + where);
  }
  int64_t Effects(const std::string& subject) { return Count("effect", "subject = '" + subject + "'"); }
  // Every effect once, and those of a subject in the order of their versions.
  void ExpectEffectsOnceAndInOrder();
  double Metric(const std::string& name) const;
  // Metrics are counted after the commit that shows what they count.
  void ExpectMetric(const std::string& name, double value) {
    Within([&] { return Metric(name) == value; }, 5);
    EXPECT_EQ(Metric(name), value) << name;
  }
  bool Within(std::function<bool()> holds, int seconds = 40) {
    return testing::Eventually(std::move(holds), std::chrono::seconds(seconds));
  }
  std::string consumer() const { return topic_ + ".consumer"; }
  // Partition of a key, as Kafka chose it.
  std::vector<kafka::Message> ReadTopic(const std::string& topic, size_t count);

  testing::TestDatabase database_{{{"0100_effect",
                                    "CREATE TABLE effect (id bigserial, subject text, version bigint, type text NOT NULL);"
                                    "GRANT ALL ON effect, effect_id_seq TO ${pump};"}}};
  SystemClock clock_;
  const std::string topic_ = testing::TestTopic("vefa.test");
  const std::string dead_letters_ = testing::TestTopic("vefa.test.dlq", 1);
  SubscriberSettings settings_{.group = {}, .dead_letter_topic = dead_letters_};
  Uuid incarnation_ = NewUuidV7(clock_);
  telemetry::Metrics metrics_;
  EffectHandler handler_;
  MemoryLedger ledger_;
  kafka::Producer producer_{testing::KafkaBrokers(), "test"};
  std::unique_ptr<Subscriber> subscriber_;  // Last: its threads use the rest.
};

}  // namespace vefa::events
