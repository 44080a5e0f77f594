#include "libs/events/projection_worker.h"

#include <algorithm>

#include "libs/base/backoff.h"
#include "libs/events/rebuild.h"
#include "libs/events/verify.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::seconds kTimeout(10);
// How often the queue is looked at when nobody wakes us.
constexpr std::chrono::milliseconds kRest(2000);
// How often due verifications and findings are looked at.
constexpr std::chrono::seconds kLookEvery(10);
// A run is begun this often; a process that dies of it must not do so for ever.
constexpr int kAttemptsMax = 3;
constexpr double kRetrySeconds = 30;
// Findings are kept this long.
constexpr int kKeptDays = 90;

// One waiting, or one whose worker has not been heard of. At most one of a projection runs: the index
// projection_run_running decides between two who claim at once.
const Statement kClaim{
    "projection_run_claim",
    "UPDATE projection_run SET state = 2, lease_owner = $1, lease_until = clock_timestamp() + make_interval(secs => "
    "60),"
    "  attempts = attempts + 1, events = 0"
    " WHERE id = (SELECT r.id FROM projection_run r WHERE r.consumer = ANY ($2::text[]) AND r.state IN (1, 2)"
    "   AND r.lease_until < now() AND NOT EXISTS (SELECT FROM projection_run o WHERE o.consumer = r.consumer"
    "     AND o.state = 2 AND o.id <> r.id)"
    "   ORDER BY r.state DESC, r.create_time, r.id LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING id, consumer, kind, read_from, attempts"};
const Statement kFinish{
    "run_finish",
    "UPDATE projection_run SET state = $3, events = $4, rows_compared = $5, rows_missing = $6, rows_unexpected = $7,"
    "  subjects_unverifiable = $8, error = $9, differences = $10, finish_time = clock_timestamp()"
    " WHERE id = $1 AND lease_owner = $2 AND state = 2"};
// Not when another of the same kind waits: that one will do.
const Statement kGiveBack{"run_give_back",
                          "UPDATE projection_run r SET error = $3, attempts = attempts - $4::int, lease_owner = NULL,"
                          "  lease_until = clock_timestamp() + make_interval(secs => $5), state = CASE WHEN EXISTS "
                          "(SELECT FROM projection_run o"
                          "   WHERE o.consumer = r.consumer AND o.kind = r.kind AND o.read_from = r.read_from AND "
                          "o.state = 1) THEN 4 ELSE 1 END"
                          " WHERE id = $1 AND lease_owner = $2 AND state = 2"};
const Statement kAsk{"run_ask_verify",
                     "INSERT INTO projection_run (id, consumer, kind, read_from, state) SELECT $1, $2, 2, $3, 1"
                     " WHERE NOT EXISTS (SELECT FROM projection_run WHERE consumer = $2 AND kind = 2"
                     "   AND create_time > now() - make_interval(secs => $4))"
                     " ON CONFLICT DO NOTHING"};
const Statement kPrune{
    "run_prune",
    "DELETE FROM projection_run WHERE state IN (3, 4) AND create_time < now() - make_interval(days => $1)"};
const Statement kFindings{
    "run_findings",
    "SELECT DISTINCT ON (consumer) consumer, rows_missing + rows_unexpected, subjects_unverifiable,"
    "  extract(epoch FROM finish_time)::float8"
    " FROM projection_run WHERE kind = 2 AND state = 3 AND consumer = ANY ($1::text[]) ORDER BY consumer, create_time "
    "DESC"};

std::vector<std::string> Consumers(const std::vector<Projection>& projections) {
  std::vector<std::string> consumers;
  for (const Projection& projection : projections) consumers.push_back(projection.info.consumer);
  return consumers;
}

// What the database said: for the log alone.
std::string DetailOf(const Error& error) {
  std::string text;
  for (const char* key : {"statement", "detail"}) {
    auto found = error.metadata.find(key);
    if (found != error.metadata.end()) text += (text.empty() ? "" : ": ") + found->second;
  }
  return text;
}

// Replicas that started together must not ask together for ever.
std::chrono::seconds DrawAge(std::chrono::minutes verify_every) {
  double share = 0.75 + 0.5 * RandomShare();
  return std::chrono::seconds(
      static_cast<int64_t>(share * static_cast<double>(std::chrono::seconds(verify_every).count())));
}

}  // namespace

ProjectionWorker::ProjectionWorker(postgres::Database& pump, std::vector<Projection> projections, LedgerReader* ledgers,
                                   std::string brokers, std::chrono::minutes verify_every, const Clock& clock,
                                   telemetry::Metrics& metrics)
    : pump_(pump),
      projections_(std::move(projections)),
      ledgers_(ledgers),
      brokers_(std::move(brokers)),
      verify_every_(verify_every),
      clock_(clock),
      owner_(NewUuidV7(clock)),
      gauges_(MakeGauges(projections_, metrics)),
      verify_after_(DrawAge(verify_every)),
      loop_([this] { return Step(); }) {}

std::map<std::string, ProjectionWorker::Gauges> ProjectionWorker::MakeGauges(const std::vector<Projection>& projections,
                                                                             telemetry::Metrics& metrics) {
  std::map<std::string, Gauges> gauges;
  for (const std::string& consumer : Consumers(projections)) {
    telemetry::Labels labels{{"consumer", consumer}};
    gauges[consumer] = {
        &metrics.AddGauge("vefa_projection_differences", "Rows that differed in the last verification.", labels),
        &metrics.AddGauge("vefa_projection_verified_timestamp_seconds", "When a verification last ended.", labels),
        &metrics.AddGauge("vefa_projection_unverifiable_subjects",
                          "Subjects whose beginning the ledger has dropped, in the last verification.", labels)};
  }
  return gauges;
}

std::chrono::milliseconds ProjectionWorker::Step() {
  if (projections_.empty()) return std::chrono::hours(1);
  if (next_look_.Passed()) {
    next_look_ = Deadline::After(kLookEvery);
    for (Status done : {AskForVerifications(), ExportFindings()})
      if (!done.ok()) telemetry::Warn("the runs of projections cannot be looked at", {{"reason", done.error().reason}});
  }
  auto claimed = Claim();
  if (!claimed.ok()) {
    telemetry::Warn("no run of a projection can be begun", {{"reason", claimed.error().reason}});
    return kRest;
  }
  if (!claimed->has_value()) return kRest;
  Work(**std::move(claimed));
  Status exported = ExportFindings();
  if (!exported.ok()) telemetry::Warn("findings cannot be read", {{"reason", exported.error().reason}});
  return std::chrono::milliseconds(0);
}

Result<std::optional<ProjectionRun>> ProjectionWorker::Claim() {
  std::optional<ProjectionRun> none;
  auto rows =
      pump_.Run(Scope::EveryTenant(), kClaim, Bound(owner_, Consumers(projections_)), Deadline::After(kTimeout));
  // Another process was faster.
  if (!rows.ok() && postgres::ConstraintOf(rows.error()) == "projection_run_running") return none;
  if (!rows.ok()) return std::move(rows).error();
  if (rows->empty()) return none;
  ProjectionRun run;
  run.id = rows->Id(0, 0);
  run.consumer = rows->String(0, 1);
  run.kind = static_cast<RunKind>(rows->Int64(0, 2));
  run.from = static_cast<RunFrom>(rows->Int64(0, 3));
  run.state = RunState::kRunning;
  run.attempts = rows->Int32(0, 4);
  return std::optional<ProjectionRun>(std::move(run));
}

void ProjectionWorker::Work(ProjectionRun run) {
  auto found = std::find_if(projections_.begin(), projections_.end(),
                            [&](const Projection& projection) { return projection.info.consumer == run.consumer; });
  RunContext context{
      pump_, found->info, *found->handler, ledgers_, brokers_, owner_, [this] { return loop_.stopping(); }};
  const char* kind = run.kind == RunKind::kRebuild ? "rebuild" : "verify";
  telemetry::Info("a run begins", {{"consumer", run.consumer}, {"kind", kind}, {"attempt", run.attempts}});
  Status outcome =
      run.attempts > kAttemptsMax
          ? Status(Error{Code::kAborted, "RUN_ATTEMPTS", "Every process that began the run ended before it."})
      : run.kind == RunKind::kRebuild ? Rebuild(context, run)
                                      : Verify(context, run);
  if (outcome.ok() && run.rows_missing + run.rows_unexpected > 0)
    telemetry::Fault("a projection is not what its events make it",
                     {{"consumer", run.consumer},
                      {"missing", run.rows_missing},
                      {"unexpected", run.rows_unexpected},
                      {"first", run.differences.empty() ? "" : run.differences.front()}});
  if (!outcome.ok())
    telemetry::Fault("a run of a projection failed", {{"consumer", run.consumer},
                                                      {"kind", kind},
                                                      {"reason", outcome.error().reason},
                                                      {"error", outcome.error().message},
                                                      {"detail", DetailOf(outcome.error())}});
  Status finished = Finish(run, outcome);
  if (!finished.ok())
    telemetry::Warn("the end of a run cannot be noted; it begins anew", {{"reason", finished.error().reason}});
}

Status ProjectionWorker::Finish(const ProjectionRun& run, const Status& outcome) {
  std::string error = outcome.ok() ? "" : outcome.error().reason + ": " + outcome.error().message;
  bool is_stopping = !outcome.ok() && outcome.error().reason == "RUN_STOPPING";
  bool may_pass =
      !outcome.ok() && (outcome.error().code == Code::kUnavailable || outcome.error().code == Code::kDeadlineExceeded ||
                        postgres::IsTrouble(outcome.error()));
  if (is_stopping || (may_pass && run.attempts < kAttemptsMax)) {
    VEFA_TRY_OK(pump_.Run(Scope::EveryTenant(), kGiveBack,
                          Bound(run.id, owner_, error, is_stopping ? 1 : 0, is_stopping ? 0.0 : kRetrySeconds),
                          Deadline::After(kTimeout)));
    return Ok();
  }
  auto state = static_cast<int16_t>(outcome.ok() ? RunState::kDone : RunState::kFailed);
  // A rebuilding that was swapped in has ended in the same transaction: this then finds nothing to do.
  VEFA_TRY_OK(pump_.Run(Scope::EveryTenant(), kFinish,
                        Bound(run.id, owner_, state, run.events, run.rows_compared, run.rows_missing,
                              run.rows_unexpected, run.subjects_unverifiable, error, run.differences),
                        Deadline::After(kTimeout)));
  return Ok();
}

Status ProjectionWorker::AskForVerifications() {
  if (verify_every_ == std::chrono::minutes(0)) return Ok();
  auto from = static_cast<int16_t>(ledgers_ == nullptr ? RunFrom::kKafka : RunFrom::kLedger);
  for (const Projection& projection : projections_) {
    VEFA_TRY(Rows asked, pump_.Run(Scope::EveryTenant(), kAsk,
                                   Bound(NewUuidV7(clock_), projection.info.consumer, from,
                                         static_cast<double>(verify_after_.count())),
                                   Deadline::After(kTimeout)));
    if (asked.affected() == 0) continue;
    verify_after_ = DrawAge(verify_every_);
    VEFA_TRY_OK(pump_.Run(Scope::EveryTenant(), kPrune, Bound(kKeptDays), Deadline::After(kTimeout)));
  }
  return Ok();
}

Status ProjectionWorker::ExportFindings() {
  VEFA_TRY(Rows rows,
           pump_.Run(Scope::EveryTenant(), kFindings, Bound(Consumers(projections_)), Deadline::After(kTimeout)));
  for (int i = 0; i < rows.size(); ++i) {
    const Gauges& gauges = gauges_.at(rows.String(i, 0));
    gauges.differences->Set(static_cast<double>(rows.Int64(i, 1)));
    gauges.unverifiable->Set(static_cast<double>(rows.Int64(i, 2)));
    gauges.verified->Set(rows.Double(i, 3));
  }
  return Ok();
}

}  // namespace vefa::events
