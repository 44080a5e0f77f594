#include "libs/events/rebuild.h"

#include <set>
#include <thread>

#include "libs/base/backoff.h"
#include "libs/base/fault_point.h"
#include "libs/events/projection_fold.h"
#include "libs/events/projection_stream.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Statement;

constexpr std::chrono::seconds kAnalyzeTimeout(300);
constexpr std::chrono::seconds kSwapTimeout(120);
// Tries of the swap, each given up after two seconds behind a long reader.
constexpr int kSwapTries = 20;

const Statement kAnalyze{"rebuild_analyze", "SELECT analyze_shadow($1)"};
// From here on the live consumer waits, with its batches and with what it had parked, so that it cannot write what
// the swap would forget. Given up soon, because the other consumers of this database wait, too.
const Statement kSwapPatience{"rebuild_patience", "SELECT set_config('lock_timeout', '5s', true)"};
const Statement kHold{"rebuild_hold",
                      "LOCK TABLE public.consumer_position, public.applied_version IN SHARE ROW EXCLUSIVE MODE"};
// A partition first read after the capture begins again.
const Statement kPositions{
    "rebuild_positions",
    "UPDATE consumer_position p SET update_time = now(), next_offset = coalesce((SELECT c.next_offset"
    "  FROM unnest($2::text[], $3::int[], $4::bigint[]) AS c(topic, part, next_offset)"
    "  WHERE c.topic = p.topic AND c.part = p.part), 0) WHERE consumer = $1"};
const Statement kDropShadow{"rebuild_drop", "SELECT drop_shadow($1)"};
const Statement kSwap{"rebuild_swap", "SELECT swap_shadow($1)"};
const Statement kFinishRebuild{"rebuild_finish",
                        "UPDATE projection_run SET state = 3, finish_time = clock_timestamp(), error = '', events = $3"
                        " WHERE id = $1 AND lease_owner = $2 AND state = 2"};

// How many of these watermarks the fold did not reach, and one of them. Where the live projection followed a history
// that is not the ledger's, less may be right.
std::string BehindSql(const Shadow& shadow, const std::string& marks) {
  return "SELECT count(*), coalesce(min(l.subject), '') FROM (" + marks + ") l LEFT JOIN " +
         shadow.Name("applied_version") +
         " s USING (consumer, tenant_id, subject) WHERE coalesce(s.version, 0) < l.version AND NOT EXISTS ("
         "SELECT FROM public.parked_subject k WHERE k.consumer = l.consumer AND k.tenant_id = l.tenant_id"
         " AND k.subject = l.subject AND k.kind IN ('FORK', 'RESTORED'))";
}

Status CheckBehind(const Rows& rows, ProjectionRun& run) {
  run.subjects_unverifiable = rows.Int64(0, 0);
  if (run.subjects_unverifiable == 0) return Ok();
  return Error{Code::kFailedPrecondition, "PROJECTION_INCOMPLETE",
               "The live projection stays: " + std::to_string(run.subjects_unverifiable) + " subjects, for example " +
                   rows.String(0, 1) +
                   ", could not be folded as far as it is. Their beginning is gone from what was read, or the"
                   " handler refuses one of their events."};
}

// The fold came as far as the live projection had when it began.
Status CheckComplete(Shadow& shadow, ProjectionRun& run) {
  std::string sql = BehindSql(shadow, "SELECT * FROM " + shadow.Name("applied_version~live"));
  Statement behind{"rebuild_behind", sql.c_str(), true};
  VEFA_TRY(std::vector<Rows> rows, shadow.Run({{&behind, {}}}, kAnalyzeTimeout));
  return CheckBehind(rows[0], run);
}

// Where the fold stands still, the live projection must not have gone on by events that were parked and
// will not be read again.
Status CheckParked(Shadow& shadow, postgres::Transaction& transaction, ProjectionRun& run) {
  std::string sql = BehindSql(shadow, "SELECT a.* FROM public.applied_version a JOIN " + shadow.Name("~parked") +
                                          " k USING (tenant_id, subject) WHERE a.consumer = $1");
  Statement behind{"rebuild_parked", sql.c_str(), true};
  VEFA_TRY(Rows rows, transaction.Execute(behind, Bound(shadow.info().consumer)));
  return CheckBehind(rows, run);
}

// What the consumer remembers becomes what the fold remembers. What the fold passed is parked no longer;
// what is left of a parked subject is tried again at once; a fork that the fold met, too, stays.
std::vector<std::string> RememberSql(const Shadow& shadow) {
  std::string forks =
      "SELECT tenant_id, subject FROM " + shadow.Name("~parked") + " WHERE kind IN ('FORK', 'RESTORED')";
  return {
      "DELETE FROM public.applied_version WHERE consumer = $1",
      "INSERT INTO public.applied_version SELECT * FROM " + shadow.Name("applied_version") + " WHERE consumer = $1",
      "DELETE FROM public.parked_event e USING public.parked_subject k LEFT JOIN " + shadow.Name("applied_version") +
          " s USING (consumer, tenant_id, subject) WHERE e.consumer = $1 AND k.consumer = $1 AND k.tenant_id = "
          "e.tenant_id"
          " AND k.subject = e.subject AND (e.version <= s.version OR k.kind IN ('FORK', 'RESTORED'))"
          " AND (k.tenant_id, k.subject) NOT IN (" +
          forks + ")",
      "DELETE FROM public.parked_subject k WHERE consumer = $1 AND NOT EXISTS (SELECT FROM public.parked_event e"
      " WHERE e.consumer = $1 AND e.tenant_id = k.tenant_id AND e.subject = k.subject)",
      "UPDATE public.parked_subject k SET attempts = 0, next_attempt_time = now(), first_version = (SELECT "
      "min(e.version)"
      "  FROM public.parked_event e WHERE e.consumer = $1 AND e.tenant_id = k.tenant_id AND e.subject = k.subject)"
      " WHERE consumer = $1 AND kind IN ('POISON', 'GAP') AND (k.tenant_id, k.subject) NOT IN (" +
          forks + ")",
  };
}

Status SwapOnce(Shadow& shadow, ProjectionRun& run) {
  std::vector<std::string> topics;
  std::vector<int32_t> parts;
  std::vector<int64_t> offsets;
  for (const auto& [partition, offset] : shadow.positions()) {
    topics.push_back(partition.first);
    parts.push_back(partition.second);
    offsets.push_back(offset);
  }
  const std::string& consumer = shadow.info().consumer;
  VEFA_TRY(postgres::Transaction transaction,
           shadow.pump().Begin(postgres::Scope::Tenants(shadow.tenants()), Deadline::After(kSwapTimeout)));
  VEFA_TRY(Rows finished, transaction.Execute(kFinishRebuild, Bound(run.id, shadow.owner(), run.events)));
  if (finished.affected() != 1)
    return Error{Code::kAborted, "RUN_LOST", "The run was taken over by another process, which goes on with it."};
  VEFA_TRY_OK(
      transaction.ExecuteAll({{&kSwapPatience, {}}, {&kHold, {}}, {&kPositions, Bound(consumer, topics, parts, offsets)}}));
  VEFA_TRY_OK(CheckParked(shadow, transaction, run));
  for (const std::string& sql : RememberSql(shadow)) {
    Statement remember{"rebuild_remember", sql.c_str(), true};
    VEFA_TRY_OK(transaction.Execute(remember, Bound(consumer)));
  }
  VEFA_TRY_OK(transaction.ExecuteAll({{&kSwap, Bound(consumer)}, {&kDropShadow, Bound(consumer)}}));
  if (FaultPoint("projection.before_swap_commit")) return Unavailable("FAULT", "A fault was asked for.");
  return transaction.Commit();
}

Status Swap(Shadow& shadow, ProjectionRun& run) {
  for (int attempt = 1;; ++attempt) {
    VEFA_TRY_OK(shadow.Renew(run.events, kSwapTimeout));
    Status swapped = SwapOnce(shadow, run);
    if (swapped.ok() || attempt >= kSwapTries || !postgres::IsTrouble(swapped.error())) return swapped;
    std::this_thread::sleep_for(
        Backoff(attempt, std::chrono::milliseconds(100), std::chrono::seconds(2), RandomShare()));
  }
}

Status BuildAndSwap(const RunContext& context, Shadow& shadow, ProjectionRun& run) {
  VEFA_TRY_OK(shadow.Make());
  VEFA_TRY_OK(shadow.Capture());
  VEFA_TRY_OK(FoldAll(context, shadow, run));
  VEFA_TRY_OK(CheckComplete(shadow, run));
  VEFA_TRY_OK(shadow.Renew(run.events, kAnalyzeTimeout));
  VEFA_TRY_OK(shadow.Run({{&kAnalyze, Bound(context.info.consumer)}}, kAnalyzeTimeout));
  VEFA_TRY_OK(Swap(shadow, run));
  telemetry::Info("a projection was built anew and swapped in",
                  {{"consumer", context.info.consumer}, {"events", run.events}});
  return Ok();
}

}  // namespace

Status FoldAll(const RunContext& context, Shadow& shadow, ProjectionRun& run) {
  std::unique_ptr<EventStream> stream;
  if (run.from == RunFrom::kKafka) {
    VEFA_TRY(stream, StreamKafka(context.brokers, context.info.topics, context.stopping));
  } else if (context.ledgers != nullptr) {
    stream =
        StreamLedgers(*context.ledgers, context.info.topics, shadow.tenants(), shadow.capture_time(), context.stopping);
  } else {
    return Error{Code::kFailedPrecondition, "LEDGER_UNKNOWN",
                 "No ledger can be asked: set the addresses of the services, or read from Kafka."};
  }
  ProjectionFold fold(shadow, context.handler, context.ledgers);
  const std::set<Uuid> tenants(shadow.tenants().begin(), shadow.tenants().end());
  for (;;) {
    VEFA_TRY(std::vector<Event> events, stream->Next());
    if (events.empty()) return Ok();
    // As the live consumer refuses them until their tenant is known.
    std::erase_if(events, [&](const Event& event) { return !tenants.contains(event.tenant); });
    VEFA_TRY_OK(fold.Apply(std::move(events)));
    run.events = fold.events();
    if (FaultPoint("projection.after_fold_batch")) return Unavailable("FAULT", "A fault was asked for.");
  }
}

Status Clean(Shadow& shadow, Status outcome) {
  // What a process leaves that dies here, the next run removes.
  if (outcome.ok() || outcome.error().reason == "RUN_LOST") return outcome;
  Status dropped = shadow.Drop();
  if (!dropped.ok()) telemetry::Warn("a shadow is left to the next run", {{"reason", dropped.error().reason}});
  return outcome;
}

Status Rebuild(const RunContext& context, ProjectionRun& run) {
  Shadow shadow(context.pump, context.info, run, context.owner);
  return Clean(shadow, BuildAndSwap(context, shadow, run));
}

}  // namespace vefa::events
