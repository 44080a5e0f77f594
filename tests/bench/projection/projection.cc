// projection: building the timelines anew from a ledger read over gRPC, and verifying them, against the same
// batches of SQL alone: no ledger, no watermarks, no shadow.
#include <grpcpp/grpcpp.h>

#include <cstdio>

#include "libs/events/append.h"
#include "libs/events/projection_worker.h"
#include "libs/rpc/event_log.h"
#include "libs/rpc/ledger_client.h"
#include "libs/testing/engines.h"
#include "services/interaction/interaction_events.h"
#include "services/interaction/timeline/timeline_handler.h"
#include "tests/bench/common/result.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_interaction_migrations();

namespace vefa {
namespace {

constexpr int kEvents = 100'000;
constexpr int kContacts = 20'000;
constexpr size_t kBatch = 2'000;
const char kTopic[] = "vefa.interaction.v1";
const char kSecret[] = "0123456789abcdef0123456789abcdef";

Deadline Soon() { return Deadline::After(std::chrono::seconds(60)); }

template <typename T>
T Must(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "%s: %s\n", result.error().reason.c_str(), result.error().message.c_str());
  std::exit(1);
}

// A purchase each, of people who buy a few times.
std::vector<events::Event> Purchases(const Uuid& tenant, const Clock& clock) {
  std::vector<Uuid> people;
  for (int i = 0; i < kContacts; ++i) people.push_back(NewUuidV7(clock));
  std::vector<events::Event> purchases;
  for (int i = 0; i < kEvents; ++i) {
    interaction::v1::InteractionEvent payload;
    auto& order = *payload.mutable_order_placed();
    order.set_contact(ResourceName("contacts", people[static_cast<size_t>(i * 7919L % kContacts)]));
    order.mutable_total()->set_currency_code("TRY");
    order.mutable_total()->set_units(i % 900);
    order.set_item_count(1 + i % 4);
    events::Event event;
    event.id = NewUuidV7(clock);
    event.type = "order.placed";
    event.subject = ResourceName("orders", NewUuidV7(clock));
    event.aggregate_version = 1;
    event.tenant = tenant;
    event.occur_time = event.record_time = clock.Now() - std::chrono::minutes(i);
    event.payload = payload.SerializeAsString();
    purchases.push_back(std::move(event));
  }
  return purchases;
}

void Record(postgres::Database& service, const Uuid& tenant, const std::vector<events::Event>& purchases) {
  static const postgres::Statement kRecord{
      "bench_record",
      "SELECT " VEFA_APPEND_EVENTS("$1, s, 1, i, 'order.placed', t, '', NULL, p")
      " FROM unnest($2::text[], $3::uuid[], $4::timestamptz[], $5::bytea[]) AS e(s, i, t, p)"};
  for (size_t at = 0; at < purchases.size(); at += kBatch) {
    std::vector<std::string> subjects, payloads;
    std::vector<Uuid> ids;
    std::vector<Time> times;
    for (size_t i = at; i < std::min(at + kBatch, purchases.size()); ++i) {
      subjects.push_back(purchases[i].subject);
      ids.push_back(purchases[i].id);
      times.push_back(purchases[i].occur_time);
      payloads.push_back(purchases[i].payload);
    }
    Must(service.Run(postgres::Scope::Tenant(tenant), kRecord,
                     postgres::Bound(tenant, subjects, ids, times, postgres::BindBytes(payloads)), Soon()));
  }
}

// The handler's own SQL, batch by batch.
double SqlAlone(testing::TestDatabase& database, const std::vector<events::Event>& purchases) {
  interaction::TimelineHandler timeline;
  double seconds = bench::Seconds([&] {
    for (size_t at = 0; at < purchases.size(); at += kBatch) {
      std::span<const events::Event> batch(purchases.data() + at, std::min(kBatch, purchases.size() - at));
      Must(postgres::InTransaction(database.pump(), postgres::Scope::Tenants({database.tenant()}), Soon(),
                                   [&](postgres::Transaction& tx) { return timeline.Apply(tx, batch); }));
    }
  });
  return kEvents / seconds;
}

// Events per second of a run, from its being asked for to its end.
double Run(testing::TestDatabase& database, events::ProjectionWorker& worker, events::RunKind kind,
           const Clock& clock) {
  events::ProjectionRun run;
  double seconds = bench::Seconds([&] {
    run = Must(events::EnqueueRun(database.pump(), interaction::TimelineHandler::Info().consumer, kind,
                                  events::RunFrom::kLedger, clock, Soon()));
    worker.Wake();
    testing::Eventually(
        [&] {
          run = Must(events::GetRun(database.pump(), run.id, Soon()));
          return run.state == events::RunState::kDone || run.state == events::RunState::kFailed;
        },
        std::chrono::seconds(120));
  });
  if (run.state != events::RunState::kDone || run.rows_missing + run.rows_unexpected > 0) {
    std::fprintf(stderr, "the run failed or found differences: %s\n", run.error.c_str());
    std::exit(1);
  }
  return static_cast<double>(run.events) / seconds;
}

int Main() {
  SystemClock clock;
  telemetry::Metrics metrics;
  testing::TestDatabase database(vefa_interaction_migrations());
  rpc::PrincipalKey key(kSecret);
  runtime::WorkerPool pool(4, {.waiting_max = 64});
  rpc::TenantDirectory tenants(database.service());
  rpc::Door door("vefa.event.v1.EventLogService", pool, key, tenants, metrics, clock);
  rpc::EventLogService log(door, database.service(), interaction::InteractionSource(), kSecret);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&log);
  auto server = builder.BuildAndStart();
  rpc::LedgerClient ledgers({{kTopic, "127.0.0.1:" + std::to_string(port)}}, key, "interaction");

  std::vector<events::Event> purchases = Purchases(database.tenant(), clock);
  Record(database.service(), database.tenant(), purchases);
  events::ProjectionInfo info = interaction::TimelineHandler::Info();
  info.topics = {kTopic};
  interaction::TimelineHandler timeline;
  events::ProjectionWorker worker(database.pump(), {{info, &timeline}}, &ledgers, "", std::chrono::minutes(0), clock,
                                  metrics);
  std::vector<double> alone, rebuilt, verified;
  for (int round = 0; round < 3; ++round) {
    database.Run("TRUNCATE timeline_entry");
    alone.push_back(SqlAlone(database, purchases));
    rebuilt.push_back(Run(database, worker, events::RunKind::kRebuild, clock));
    verified.push_back(Run(database, worker, events::RunKind::kVerify, clock));
  }
  bench::Print("projection.rebuild", bench::Median(rebuilt), "events/s", "the same SQL alone", bench::Median(alone));
  bench::Print("projection.verify", bench::Median(verified), "events/s", "the same SQL alone", bench::Median(alone));
  worker.Stop();
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace vefa

int main() { return vefa::Main(); }
