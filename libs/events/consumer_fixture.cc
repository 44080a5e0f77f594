#include "libs/events/consumer_fixture.h"

#include "libs/kafka/consumer.h"

namespace vefa::events {

Result<std::vector<Event>> MemoryLedger::Fetch(const std::string&, const Uuid&, const std::string& subject, int64_t from,
                                               int64_t to, Deadline) {
  std::lock_guard lock(mutex_);
  ++fetches_;
  if (error_) return *error_;
  std::vector<Event> found;
  for (int64_t version = from; version <= to; ++version) {
    auto event = events_.find({subject, version});
    if (event == events_.end())
      return Error{Code::kFailedPrecondition, "EVENTS_DROPPED", "The ledger does not have them."};
    found.push_back(event->second);
  }
  return found;
}

void MemoryLedger::Add(const Event& event) {
  std::lock_guard lock(mutex_);
  events_[{event.subject, event.aggregate_version}] = event;
}

void MemoryLedger::Forget(const std::string& subject, int64_t version) {
  std::lock_guard lock(mutex_);
  events_.erase({subject, version});
}

void MemoryLedger::Fail(std::optional<Error> error) {
  std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

int MemoryLedger::fetches() const {
  std::lock_guard lock(mutex_);
  return fetches_;
}

Event ConsumerFixture::Make(const std::string& subject, int64_t version, const std::string& type) {
  Event event;
  event.id = NewUuidV7(clock_);
  event.tenant = database_.tenant();
  event.subject = subject;
  event.aggregate_version = version;
  event.type = type;
  event.occur_time = event.record_time = clock_.Now();
  event.incarnation = incarnation_;
  event.classification = "none";
  event.payload = "payload of " + subject + " " + std::to_string(version);
  ledger_.Add(event);
  return event;
}

kafka::Record ConsumerFixture::RecordOf(const Event& event) const {
  return ToRecord(event, {.service = "test", .topic = topic_, .data_schema = "vefa.test.v1.TestEvent", .incarnation = event.incarnation});
}

void ConsumerFixture::Publish(const std::vector<kafka::Record>& records) {
  for (bool acknowledged : producer_.Publish(records, Soon(), [] { return false; })) ASSERT_TRUE(acknowledged);
}

void ConsumerFixture::Publish(const std::vector<Event>& events) {
  std::vector<kafka::Record> records;
  for (const Event& event : events) records.push_back(RecordOf(event));
  Publish(records);
}

void ConsumerFixture::PublishVersions(const std::string& subject, int64_t from, int64_t to) {
  std::vector<Event> events;
  for (int64_t version = from; version <= to; ++version) events.push_back(Make(subject, version));
  Publish(events);
}

std::unique_ptr<Subscriber> ConsumerFixture::MakeSubscriber(LedgerReader* ledger) {
  return std::make_unique<Subscriber>(consumer(), std::vector<std::string>{topic_}, testing::KafkaBrokers(),
                                      database_.pump(), handler_, metrics_, ledger, settings_);
}

void ConsumerFixture::ExpectEffectsOnceAndInOrder() {
  EXPECT_EQ(database_.Count("SELECT count(*) - count(DISTINCT (subject, version)) FROM effect"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM (SELECT version - lag(version) OVER (PARTITION BY subject ORDER BY id) AS step"
                            " FROM effect) s WHERE step <> 1"),
            0);
}

double ConsumerFixture::Metric(const std::string& name) const {
  std::string text = metrics_.Expose();
  for (size_t at = text.find("\n" + name + "{"); at != std::string::npos; at = text.find("\n" + name + "{", at + 1)) {
    size_t value = text.find("} ", at);
    if (value != std::string::npos) return std::stod(text.substr(value + 2));
  }
  ADD_FAILURE() << "there is no metric " << name;
  return -1;
}

std::vector<kafka::Message> ConsumerFixture::ReadTopic(const std::string& topic, size_t count) {
  std::vector<kafka::Message> all;
  kafka::Consumer consumer(
      testing::KafkaBrokers(), topic + ".reader", {topic}, [](const auto&) { return std::map<kafka::Partition, int64_t>(); },
      [](const auto&) {});
  testing::Eventually([&] {
    auto batch = consumer.Poll(100, std::chrono::milliseconds(100));
    for (kafka::Message& message : *batch) all.push_back(std::move(message));
    return all.size() >= count;
  }, std::chrono::seconds(40));
  return all;
}

}  // namespace vefa::events
