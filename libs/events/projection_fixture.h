#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "libs/events/append.h"
#include "libs/events/batch_handler.h"
#include "libs/events/projection_worker.h"
#include "libs/events/relay.h"
#include "libs/events/subscriber.h"
#include "libs/testing/engines.h"
#include "libs/testing/ledger.h"
#include "libs/testing/soon.h"

// A small projection, its events and its live consumer, for the tests of rebuilding and verifying.
namespace vefa::events {

// What an event adds: `<bucket> <amount>`.
struct ToyLine {
  Uuid tenant;
  std::string subject;
  int64_t version;
  int64_t bucket;
  int64_t amount;
};

inline std::atomic<bool> toy_refuses{true};  // Whether events of the type toy.poison are refused.

inline Status ReadToy(const Event& event, std::vector<ToyLine>& lines) {
  if (event.type == "toy.poison" && toy_refuses) return Error{Code::kDataLoss, "EVENT_MALFORMED", "poison"};
  size_t space = event.payload.find(' ');
  if (space == std::string::npos) return Error{Code::kDataLoss, "EVENT_MALFORMED", "no amount"};
  lines.push_back({event.tenant, event.subject, event.aggregate_version, std::stoll(event.payload.substr(0, space)),
                   std::stoll(event.payload.substr(space + 1))});
  return Ok();
}

// Sums are not idempotent: an event applied twice or not at all shows.
inline Status WriteToy(postgres::Transaction& transaction, const std::vector<ToyLine>& lines) {
  static const postgres::Statement kWrite{
      "toy_write",
      "WITH input AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])"
      "   AS i(tenant_id, subject, version, bucket, amount)),"
      " summed AS (INSERT INTO toy_sum AS s (tenant_id, bucket, n, total)"
      "  SELECT tenant_id, bucket, count(*), sum(amount) FROM input GROUP BY 1, 2 ORDER BY 1, 2"
      "  ON CONFLICT (tenant_id, bucket) DO UPDATE SET n = s.n + excluded.n, total = s.total + excluded.total)"
      " INSERT INTO toy_line (tenant_id, subject, version, amount) SELECT tenant_id, subject, version, amount FROM "
      "input"};
  std::vector<Uuid> tenants;
  std::vector<std::string> subjects;
  std::vector<int64_t> versions, buckets, amounts;
  for (const ToyLine& line : lines) {
    tenants.push_back(line.tenant);
    subjects.push_back(line.subject);
    versions.push_back(line.version);
    buckets.push_back(line.bucket);
    amounts.push_back(line.amount);
  }
  VEFA_TRY_OK(transaction.Execute(kWrite, postgres::Bound(tenants, subjects, versions, buckets, amounts)));
  return Ok();
}

inline std::vector<postgres::Migration> ToyMigrations() {
  return {
      {"0100_toy",
       "CREATE TABLE toy_sum (tenant_id uuid, bucket bigint, n bigint NOT NULL CHECK (n >= 0), total numeric NOT NULL,"
       "  PRIMARY KEY (tenant_id, bucket)) WITH (fillfactor = 80);"
       "CREATE TABLE toy_line (tenant_id uuid, subject text COLLATE \"C\", version bigint, amount bigint NOT NULL,"
       "  write_time timestamptz NOT NULL DEFAULT clock_timestamp(),"
       "  CONSTRAINT toy_line_by_subject PRIMARY KEY (tenant_id, subject, version));"
       "CREATE INDEX toy_line_big ON toy_line (tenant_id, amount) WHERE amount > 900;"
       "SELECT protect_tenant_rows('toy_sum', 'toy_line');"
       "GRANT SELECT ON toy_sum, toy_line TO ${service};"
       "GRANT SELECT, INSERT, UPDATE ON toy_sum, toy_line TO ${pump};"}};
}

class ProjectionFixture : public ::testing::Test {
 protected:
  ProjectionFixture() {
    toy_refuses = true;
    database_.Run("SELECT declare_projection('" + info_.consumer + "', 'toy_sum', 'toy_line')");
  }

  // Appends `count` events, `each` to a subject, as one writer of a tenant would.
  void Append(const std::string& prefix, int count, int each = 5, const std::string& type = "toy.added") {
    Append(database_.tenant(), prefix, count, each, type);
  }
  void Append(const Uuid& tenant, const std::string& prefix, int count, int each, const std::string& type) {
    static const postgres::Statement kAppend{
        "toy_append", "SELECT " VEFA_APPEND_EVENTS_ORDERED(
                          "$1, $2 || '/' || (i / $4), i % $4 + 1, gen_random_uuid(), $5, now(), '', NULL,"
                          " convert_to((i % 17) || ' ' || (i * 7 % 1000), 'UTF8')",
                          " ORDER BY i") " FROM generate_series(0, $3 - 1) i"};
    auto done = database_.service().Run(postgres::Scope::Tenant(tenant), kAppend,
                                        postgres::Bound(tenant, prefix, count, each, type), Soon());
    ASSERT_TRUE(done.ok()) << done.error().metadata.at("detail");
  }

  // One event, past every rule of the service.
  void AppendOne(const std::string& subject, int64_t version, const std::string& type = "toy.added") {
    std::string tenant = database_.tenant().ToString();
    database_.Run("SELECT set_config('app.tenant', '" + tenant + "', false); SELECT append_events(ARRAY[('" + tenant +
                  "', '" + subject + "', " + std::to_string(version) + ", gen_random_uuid(), '" + type +
                  "', now(), '', NULL, convert_to('1 1', 'UTF8'))::event_draft])");
  }

  // No faster than the relay, so that a load leaves the machine to others.
  void AppendAndPublish(const std::string& prefix, int count) {
    Append(prefix, count);
    relay_->Wake();
    static const postgres::Statement kPending{"toy_pending", "SELECT count(*) FROM outbox_pending"};
    EXPECT_TRUE(testing::Eventually([&] {
      auto rows = database_.service().Run(postgres::Scope::Tenant(database_.tenant()), kPending, {}, Soon());
      return rows.ok() && rows->Int64(0, 0) == 0;
    }));
  }

  std::unique_ptr<Relay> MakeRelay() {
    return std::make_unique<Relay>(database_.pump(), testing::KafkaBrokers(), Source{"toy", topic_, "vefa.toy.v1"},
                                   metrics_);
  }
  void GoLive() {
    relay_ = MakeRelay();
    subscriber_ = std::make_unique<Subscriber>(info_.consumer, info_.topics, testing::KafkaBrokers(), database_.pump(),
                                               handler_, metrics_);
  }
  // Everything recorded is applied, or parked.
  bool EventuallyCaughtUp() {
    return testing::Eventually(
        [&] {
          return database_.Count(
                     "SELECT count(*) FROM (SELECT tenant_id, subject, max(aggregate_version) AS v FROM event_log "
                     "GROUP BY 1, 2)"
                     " e LEFT JOIN applied_version a ON (a.tenant_id, a.subject) = (e.tenant_id, e.subject)"
                     " AND a.consumer = '" +
                     info_.consumer +
                     "' WHERE a.version IS DISTINCT FROM e.v AND NOT EXISTS"
                     " (SELECT FROM parked_event p WHERE (p.tenant_id, p.subject) = (e.tenant_id, e.subject))") == 0;
        },
        std::chrono::seconds(90));
  }
  // Rows in which the live tables differ from what SQL makes of the ledger; the handler has no part in it.
  int64_t Wrong() {
    std::string applied =
        "(SELECT e.tenant_id, e.subject, aggregate_version AS version, split_part(convert_from(payload, 'UTF8'), ' ', "
        "1)::bigint"
        " AS bucket, split_part(convert_from(payload, 'UTF8'), ' ', 2)::bigint AS amount FROM event_log e JOIN "
        "applied_version a"
        " ON (a.tenant_id, a.subject) = (e.tenant_id, e.subject) WHERE aggregate_version <= a.version AND NOT EXISTS ("
        "SELECT FROM skipped_event k WHERE (k.tenant_id, k.subject, k.version) = (e.tenant_id, e.subject, "
        "e.aggregate_version)))";
    std::string sums = "(SELECT tenant_id, bucket, count(*), sum(amount) FROM " + applied + " a GROUP BY 1, 2)";
    std::string lines = "(SELECT tenant_id, subject, version, amount FROM " + applied + " a)";
    std::string live_sums = "(SELECT tenant_id, bucket, n, total FROM toy_sum)";
    std::string live_lines = "(SELECT tenant_id, subject, version, amount FROM toy_line)";
    return database_.Count("SELECT count(*) FROM ((" + sums + " EXCEPT ALL " + live_sums + ") UNION ALL (" + live_sums +
                           " EXCEPT ALL " + sums + ")) d") +
           database_.Count("SELECT count(*) FROM ((" + lines + " EXCEPT ALL " + live_lines + ") UNION ALL (" +
                           live_lines + " EXCEPT ALL " + lines + ")) d");
  }
  int64_t Schemas() { return database_.Count("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'shadow%'"); }

  std::unique_ptr<ProjectionWorker> Work(std::chrono::minutes verify_every = std::chrono::minutes(0)) {
    return std::make_unique<ProjectionWorker>(database_.pump(), std::vector<Projection>{{info_, &handler_}}, &ledger_,
                                              testing::KafkaBrokers(), verify_every, clock_, metrics_);
  }
  ProjectionRun Ask(RunKind kind, RunFrom from = RunFrom::kLedger) {
    auto run = EnqueueRun(database_.pump(), info_.consumer, kind, from, clock_, Soon());
    EXPECT_TRUE(run.ok()) << run.error().message;
    return *run;
  }
  ProjectionRun Finished(const Uuid& id) {
    ProjectionRun run;
    EXPECT_TRUE(testing::Eventually(
        [&] {
          auto got = GetRun(database_.pump(), id, Soon());
          EXPECT_TRUE(got.ok());
          run = *got;
          return run.state == RunState::kDone || run.state == RunState::kFailed;
        },
        std::chrono::seconds(90)));
    return run;
  }
  ProjectionRun Do(RunKind kind, RunFrom from = RunFrom::kLedger) {
    auto worker = Work();
    ProjectionRun asked = Ask(kind, from);
    worker->Wake();
    return Finished(asked.id);
  }

  SystemClock clock_;
  telemetry::Metrics metrics_;
  testing::TestDatabase database_{ToyMigrations()};
  std::string topic_ = testing::TestTopic("vefa.toy");
  ProjectionInfo info_{
      topic_ + ".toy", {topic_}, {"toy_sum", "toy_line"}, {"toy_line.write_time"}, {{"toy_line", "subject"}}};
  BatchHandler<std::vector<ToyLine>> handler_{&ReadToy, &WriteToy};
  testing::DatabaseLedger ledger_{{{topic_, &database_.service()}}};
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<Subscriber> subscriber_;
};

// Writes and publishes as long as it lives.
class Load {
 public:
  explicit Load(std::function<void(int)> write) : write_(std::move(write)), thread_([this] { Run(); }) {}
  ~Load() { Stop(); }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int rounds() const { return rounds_; }

 private:
  void Run() {
    while (!stop_) write_(++rounds_);
  }
  std::function<void(int)> write_;
  std::atomic<bool> stop_{false};
  std::atomic<int> rounds_{0};
  std::thread thread_;
};

}  // namespace vefa::events
