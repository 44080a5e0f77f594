// relay: events from the outbox to Kafka against its two halves alone, reading and deleting the
// pending rows without Kafka, and producing the same records without a database.
#include <cstdio>

#include "libs/events/append.h"
#include "libs/events/relay.h"
#include "libs/testing/engines.h"
#include "tests/bench/common/result.h"

namespace vefa {
namespace {

constexpr int kEvents = 40000;
constexpr int kBatch = 2000;
constexpr int kRounds = 3;

const postgres::Statement kFill{
    "bench_fill",
    "SELECT " VEFA_APPEND_EVENTS("$1, 'things/' || gen_random_uuid(), 1, gen_random_uuid(), 'thing.happened', now(), '',"
    " NULL, convert_to(repeat('x', 200), 'UTF8')") " FROM generate_series(1, $2)"};
const postgres::Statement kRead{
    "bench_read",
    "SELECT l.id, l.tenant_id, l.subject, l.aggregate_version, l.event_id, l.event_type, l.occur_time, l.record_time,"
    " l.traceparent, l.payload FROM (SELECT id FROM outbox_pending ORDER BY id LIMIT $1) p"
    " JOIN event_log l ON l.id = p.id ORDER BY l.id"};
const postgres::Statement kDelete{"bench_delete", "DELETE FROM outbox_pending WHERE id = ANY($1)"};

Deadline Soon() { return Deadline::After(std::chrono::minutes(2)); }

void Must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

class Bench {
 public:
  void Fill() {
    Must(database_.service()
             .Run(postgres::Scope::Tenant(database_.tenant()), kFill, postgres::Bound(database_.tenant(), kEvents), Soon())
             .ok(),
         "fill");
  }
  double Relay() {
    return kEvents / bench::Seconds([&] {
             events::Relay relay(database_.pump(), testing::KafkaBrokers(), source_, metrics_);
             Must(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM outbox_pending") == 0; },
                                      std::chrono::minutes(2)),
                  "relay");
           });
  }
  double ReadOnly() {
    return kEvents / bench::Seconds([&] {
             for (int done = 0; done < kEvents; done += kBatch) {
               auto rows = database_.pump().Run(postgres::Scope::EveryTenant(), kRead, postgres::Bound(kBatch), Soon());
               Must(rows.ok() && rows->size() == kBatch, "read");
               std::vector<int64_t> ids;
               for (int i = 0; i < rows->size(); ++i) ids.push_back(rows->Int64(i, 0));
               Must(database_.pump().Run(postgres::Scope::EveryTenant(), kDelete, postgres::Bound(ids), Soon()).ok(), "delete");
             }
           });
  }
  double ProduceOnly() {
    events::Event event;
    event.tenant = database_.tenant();
    event.type = "thing.happened";
    event.payload = std::string(200, 'x');
    event.aggregate_version = 1;
    SystemClock clock;
    kafka::Producer producer(testing::KafkaBrokers(), "bench");
    return kEvents / bench::Seconds([&] {
             for (int done = 0; done < kEvents; done += kBatch) {
               std::vector<kafka::Record> records;
               for (int i = 0; i < kBatch; ++i) {
                 event.id = NewUuidV7(clock);
                 event.subject = "things/" + event.id.ToString();
                 records.push_back(events::ToRecord(event, source_));
               }
               auto acknowledged = producer.Publish(records, Soon(), [] { return false; });
               Must(std::count(acknowledged.begin(), acknowledged.end(), true) == kBatch, "produce");
             }
           });
  }

 private:
  testing::TestDatabase database_{{}};
  events::Source source_{"bench", testing::TestTopic("vefa.bench", 24), "vefa.bench.v1.Thing"};
  telemetry::Metrics metrics_;
};

int Main() {
  Bench bench;
  std::vector<double> relay, read, produce;
  for (int round = 0; round < kRounds; ++round) {
    bench.Fill();
    relay.push_back(bench.Relay());
    bench.Fill();
    read.push_back(bench.ReadOnly());
    produce.push_back(bench.ProduceOnly());
  }
  bench::Print("relay", bench::Median(relay), "events/s", "reading and deleting alone", bench::Median(read));
  bench::Print("relay", bench::Median(relay), "events/s", "producing alone", bench::Median(produce));
  return 0;
}

}  // namespace
}  // namespace vefa

int main() { return vefa::Main(); }
