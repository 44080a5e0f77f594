// consume: events from Kafka to their effect by the subscriber, against the same transactions without
// Kafka (positions, watermarks and effect as plain SQL in the same batches), and against the effect alone.
#include <atomic>
#include <cstdio>
#include <random>

#include "libs/events/consumer_marks.h"
#include "libs/events/subscriber.h"
#include "libs/kafka/producer.h"
#include "libs/testing/engines.h"
#include "tests/bench/common/result.h"

namespace vefa {
namespace {

using events::Event;

constexpr int kSubjects = 20000;
constexpr int kVersions = 3;
constexpr int kEvents = kSubjects * kVersions;
constexpr size_t kBatch = 500;
constexpr size_t kPublish = 5000;
constexpr int kRounds = 5;
constexpr int kPartitions = 24;

Deadline Soon() { return Deadline::After(std::chrono::minutes(2)); }

void Must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

// A projection as the product has them: one row per event, all of a batch in one statement.
class Projection final : public events::Handler {
 public:
  Status Apply(postgres::Transaction& transaction, std::span<const Event> events) override {
    if (count_ == 0) begin_ = std::chrono::steady_clock::now();
    static const postgres::Statement kInsert{
        "bench_insert",
        "INSERT INTO bench_entry (tenant_id, event_id, subject, type, occur_time, version, body)"
        " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[], $7::bytea[])"
        " ON CONFLICT DO NOTHING"};
    std::vector<Uuid> tenants, ids;
    std::vector<std::string> subjects, types, bodies;
    std::vector<Time> times;
    std::vector<int64_t> versions;
    for (const Event& event : events) {
      tenants.push_back(event.tenant);
      ids.push_back(event.id);
      subjects.push_back(event.subject);
      types.push_back(event.type);
      times.push_back(event.occur_time);
      versions.push_back(event.aggregate_version);
      bodies.push_back(event.payload);
    }
    VEFA_TRY_OK(transaction.Execute(kInsert, postgres::Bound(tenants, ids, subjects, types, times, versions,
                                                             postgres::BindBytes(bodies))));
    count_ += static_cast<int>(events.size());
    return Ok();
  }
  void Applied() override {
    if (count_ < kEvents || done_) return;
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    done_ = true;
  }
  void Begin() {
    count_ = 0;
    done_ = false;
  }
  bool done() const { return done_; }
  double seconds() const { return seconds_; }

 private:
  int count_ = 0;
  std::chrono::steady_clock::time_point begin_;
  double seconds_ = 0;
  std::atomic<bool> done_{false};
};

class Bench {
 public:
  Bench() {
    SystemClock clock;
    std::vector<std::string> subjects;
    for (int s = 0; s < kSubjects; ++s) subjects.push_back("things/" + NewUuidV7(clock).ToString());
    std::mt19937 order(1);
    for (int version = 1; version <= kVersions; ++version) {
      // As customers come: in no order.
      std::shuffle(subjects.begin(), subjects.end(), order);
      for (const std::string& subject : subjects) {
        Event event;
        event.id = NewUuidV7(clock);
        event.tenant = database_.tenant();
        event.type = "thing.happened";
        event.subject = subject;
        event.aggregate_version = version;
        event.occur_time = event.record_time = clock.Now();
        event.incarnation = incarnation_;
        event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        event.payload = std::string(200, 'x');
        event.topic = topic_;
        event.partition = static_cast<int32_t>(std::hash<std::string>{}(subject) % kPartitions);
        event.offset = events_.size();
        events_.push_back(std::move(event));
      }
    }
    kafka::Producer producer(testing::KafkaBrokers(), "bench");
    for (size_t done = 0; done < events_.size(); done += kPublish) {
      std::vector<kafka::Record> records;
      for (size_t i = done; i < done + kPublish; ++i)
        records.push_back(events::ToRecord(events_[i], {.service = "bench", .topic = topic_, .data_schema = "vefa.bench.v1.Thing",
                                                        .incarnation = incarnation_}));
      auto acknowledged = producer.Publish(records, Soon(), [] { return false; });
      Must(std::count(acknowledged.begin(), acknowledged.end(), true) == kPublish, "produce");
    }
  }

  double Subscriber() {
    Clear();
    telemetry::Metrics metrics;
    events::Subscriber subscriber("bench." + std::to_string(round_), {topic_}, testing::KafkaBrokers(), database_.pump(),
                                  projection_, metrics);
    Must(testing::Eventually([&] { return projection_.done(); }, std::chrono::minutes(2)), "consume");
    subscriber.Stop();
    return Check();
  }

  // The subscriber's own statements, as if everything was known to be new and in order.
  double Sql() {
    Clear();
    std::map<events::SubjectKey, events::Watermark> known;
    events::Offsets positions;
    for (size_t done = 0; done < events_.size(); done += kBatch) {
      std::span<const Event> batch(events_.data() + done, kBatch);
      events::Offsets next;
      std::map<events::SubjectKey, events::Watermark> before, moved;
      for (const Event& event : batch) {
        next[{event.topic, event.partition}] = event.offset + 1;
        events::SubjectKey key{event.tenant, event.subject};
        events::Watermark& mark = known[key];
        if (mark.version > 0) before[key] = mark;
        moved[key] = mark = {event.aggregate_version, event.id, event.incarnation, false};
      }
      auto transaction = database_.pump().Begin(postgres::Scope::Tenants({database_.tenant()}), Soon());
      Must(transaction.ok(), "begin");
      events::MarksQuery query(batch);
      Must(transaction->ExecuteAll({events::LimitsCall(), events::MovePositionsCall(consumer(), positions, next),
                                    query.ToCall(consumer())})
               .ok(),
           "positions");
      Must(projection_.Apply(*transaction, batch).ok(), "apply");
      std::vector<postgres::Call> calls;
      events::MarksUpdate(consumer(), before, moved).AddTo(calls);
      Must(transaction->ExecuteAll(std::move(calls)).ok(), "watermarks");
      Must(transaction->Commit().ok(), "commit");
      for (const auto& [partition, offset] : next) positions[partition] = offset;
      projection_.Applied();
    }
    return Check();
  }

  double Effect() {
    Clear();
    for (size_t done = 0; done < events_.size(); done += kBatch) {
      auto transaction = database_.pump().Begin(postgres::Scope::Tenants({database_.tenant()}), Soon());
      Must(transaction.ok(), "begin");
      Must(projection_.Apply(*transaction, {events_.data() + done, kBatch}).ok(), "apply");
      Must(transaction->Commit().ok(), "commit");
      projection_.Applied();
    }
    return Check();
  }

 private:
  std::string consumer() const { return "bench." + std::to_string(round_); }
  void Clear() {
    ++round_;
    database_.Run("TRUNCATE bench_entry, applied_version, consumer_position");
    database_.Run("CHECKPOINT");
    projection_.Begin();
  }
  double Check() {
    Must(database_.Count("SELECT count(*) FROM bench_entry") == kEvents, "every event has its effect");
    return kEvents / projection_.seconds();
  }

  testing::TestDatabase database_{{{"0100_bench",
                                    "CREATE TABLE bench_entry (tenant_id uuid NOT NULL, event_id uuid NOT NULL, subject text NOT NULL,"
                                    " type text NOT NULL, occur_time timestamptz NOT NULL, version bigint NOT NULL, body bytea NOT NULL,"
                                    " PRIMARY KEY (tenant_id, event_id));"
                                    "CREATE INDEX bench_entry_by_subject ON bench_entry (tenant_id, subject, occur_time);"
                                    "SELECT protect_tenant_rows('bench_entry');"
                                    "GRANT ALL ON bench_entry TO ${pump};"}}};
  const std::string topic_ = testing::TestTopic("vefa.bench", kPartitions);
  const Uuid incarnation_ = database_.other_tenant();
  std::vector<Event> events_;
  Projection projection_;
  int round_ = 0;
};

// Of rounds that the machine disturbed differently, the one whose ratio is the median.
void PrintMedian(const std::vector<double>& values, const std::string& against, const std::vector<double>& peers) {
  std::vector<std::pair<double, size_t>> ratios;
  for (size_t i = 0; i < values.size(); ++i) ratios.emplace_back(values[i] / peers[i], i);
  std::sort(ratios.begin(), ratios.end());
  size_t middle = ratios[ratios.size() / 2].second;
  bench::Print("consume", values[middle], "events/s", against, peers[middle]);
}

int Main() {
  Bench bench;
  std::vector<double> subscriber, sql, effect;
  for (int round = 0; round < bench::Rounds(kRounds); ++round) {
    sql.push_back(bench.Sql());
    subscriber.push_back(bench.Subscriber());
    effect.push_back(bench.Effect());
  }
  PrintMedian(subscriber, "the same SQL batches without Kafka", sql);
  PrintMedian(subscriber, "the effect alone", effect);
  return 0;
}

}  // namespace
}  // namespace vefa

int main() { return vefa::Main(); }
