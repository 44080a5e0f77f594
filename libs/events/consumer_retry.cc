#include "libs/events/consumer_retry.h"

#include <algorithm>

#include "libs/base/fault_point.h"
#include "libs/events/consumer_marks.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;
using postgres::Transaction;

constexpr size_t kEventsMax = 500;
constexpr int64_t kBytesMax = 8 << 20;
constexpr int32_t kSubjectsMax = 100;
// Parked subjects must not keep the others waiting.
constexpr std::chrono::seconds kRunMax(1);
constexpr std::chrono::seconds kTryTimeout(30);

const Statement kFindDue{
    "retry_find_due",
    "SELECT tenant_id, subject FROM parked_subject WHERE consumer = $1 AND next_attempt_time <= now()"
    " AND (complete OR NOT $2) ORDER BY next_attempt_time LIMIT $3"};
// A projection that is swapped in holds everybody off by a lock on positions.
const Statement kHoldRetry{"retry_hold", "LOCK TABLE consumer_position IN ROW EXCLUSIVE MODE"};
const Statement kClaimRetry{
    "retry_claim",
    "SELECT p.attempts, p.accepted, coalesce(a.version, 0), a.event_id, a.incarnation FROM parked_subject p"
    " LEFT JOIN applied_version a ON (a.consumer, a.tenant_id, a.subject) = (p.consumer, p.tenant_id, p.subject)"
    " WHERE p.consumer = $1 AND p.tenant_id = $2 AND p.subject = $3 AND p.next_attempt_time <= now()"
    "   AND (p.complete OR NOT $4) FOR UPDATE OF p SKIP LOCKED"};
const Statement kReadEvents{
    "retry_read_events",
    "SELECT " VEFA_PARKED_COLUMNS
    " FROM (SELECT *, sum(octet_length(payload)) OVER w AS bytes, row_number() OVER w AS n FROM parked_event"
    "        WHERE consumer = $1 AND tenant_id = $2 AND subject = $3 WINDOW w AS (ORDER BY version, event_id) LIMIT $4) e"
    " WHERE e.bytes <= $5 OR e.n = 1 ORDER BY e.n"};
const Statement kDeleteRetry{
    "retry_delete",
    "DELETE FROM parked_event e USING unnest($4::bigint[], $5::uuid[]) AS w(version, event_id)"
    " WHERE e.consumer = $1 AND e.tenant_id = $2 AND e.subject = $3 AND e.version = w.version AND e.event_id = w.event_id"};
const Statement kUnpark{
    "retry_unpark",
    "DELETE FROM parked_subject p WHERE p.consumer = $1 AND p.tenant_id = $2 AND p.subject = $3 AND NOT EXISTS"
    " (SELECT FROM parked_event e WHERE e.consumer = $1 AND e.tenant_id = $2 AND e.subject = $3)"};
const Statement kKeep{
    "retry_keep",
    "UPDATE parked_subject p SET kind = coalesce($4, kind), reason = coalesce($5, reason), attempts = $6, complete = $7,"
    "   accepted = accepted AND $6 > 0, next_attempt_time = CASE WHEN $8 >= 0 THEN now() + $8 * interval '1 second' END,"
    "   first_version = coalesce((SELECT min(e.version) FROM parked_event e WHERE e.consumer = $1 AND e.tenant_id = $2"
    "                              AND e.subject = $3), first_version)"
    " WHERE p.consumer = $1 AND p.tenant_id = $2 AND p.subject = $3"};

double Seconds(std::optional<std::chrono::milliseconds> wait) {
  return wait ? static_cast<double>(wait->count()) / 1000 : -1;
}

const char* Describe(Verdict verdict) {
  if (verdict == Verdict::kFork) return "EVENT_FORKED: Another event of this version was applied.";
  if (verdict == Verdict::kRestored) return "LEDGER_RESTORED: The event is of a later life of its owner's database than what was applied.";
  return "VERSION_MISSING: Versions before the first parked event are missing.";
}

}  // namespace

Status ConsumerRetry::Run(const std::function<bool()>& stop) {
  Deadline budget = Deadline::After(kRunMax);
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kFindDue, Bound(consumer_, has_ledger_, kSubjectsMax),
                                Deadline::After(kTryTimeout)));
  for (int i = 0; i < rows.size() && !budget.Passed() && !stop(); ++i) {
    Parked parked;
    parked.tenant = rows.Id(i, 0);
    parked.subject = rows.String(i, 1);
    VEFA_TRY_OK(RetrySubject(parked, [&] { return stop() || budget.Passed(); }));
  }
  return Ok();
}

Status ConsumerRetry::RetrySubject(Parked& parked, const std::function<bool()>& stop) {
  size_t most = kEventsMax;
  while (!stop()) {
    size_t tried = 0;
    Error why;
    switch (Try(parked, most, tried, why)) {
      case Outcome::kApplied:
        if (tried == 0) return Ok();
        break;
      case Outcome::kIdle:
        return Ok();
      case Outcome::kTrouble:
        return why;
      case Outcome::kPoison:
        // What goes before the guilty event can still be applied.
        if (tried <= 1) return Reschedule(parked, why);
        most = tried / 2;
        break;
    }
  }
  return Ok();
}

ConsumerRetry::Outcome ConsumerRetry::Try(Parked& parked, size_t most, size_t& tried, Error& why) {
  auto fail = [&why](Error error) {
    why = std::move(error);
    return IsTrouble(why) ? Outcome::kTrouble : Outcome::kPoison;
  };
  auto begun = pump_.Begin(Scope::Tenants({parked.tenant}), Deadline::After(kTryTimeout));
  if (!begun.ok()) return fail(begun.error());
  Transaction transaction = std::move(begun).value();
  auto found = Load(transaction, parked);
  if (!found.ok()) return fail(found.error());
  if (!*found) return Outcome::kIdle;
  Watermark mark = parked.known;
  // An operator took the other history for the true one: it goes on from where it begins.
  if (parked.accepted && !parked.events.empty())
    mark = {parked.events.front().aggregate_version - 1, {}, parked.events.front().incarnation, false};
  BatchPlan plan = PlanBatch(parked.events, {{{parked.tenant, parked.subject}, mark}}, Order::kWaited);
  tried = std::min(most, plan.apply.size());
  Status applied = Apply(transaction, parked, plan, tried);
  if (!applied.ok()) return fail(applied.error());
  if (FaultPoint("consumer.before_commit")) return fail(Unavailable("FAULT", "A fault was asked for."));
  Status committed = transaction.Commit();
  if (!committed.ok()) return fail(committed.error());
  if (FaultPoint("consumer.after_commit")) return fail(Unavailable("FAULT", "A fault was asked for."));
  metrics_.applied.Add(static_cast<double>(tried));
  metrics_.duplicates.Add(static_cast<double>(plan.duplicates));
  if (tried > 0) handler_.Applied();
  return Outcome::kApplied;
}

Result<bool> ConsumerRetry::Load(Transaction& transaction, Parked& parked) {
  VEFA_TRY(auto rows,
           transaction.ExecuteAll({LimitsCall(),
                                   {&kHoldRetry, {}},
                                   {&kClaimRetry, Bound(consumer_, parked.tenant, parked.subject, has_ledger_)},
                                   {&kReadEvents, Bound(consumer_, parked.tenant, parked.subject,
                                                        static_cast<int64_t>(kEventsMax), kBytesMax)}}));
  const Rows& claim = rows[2];
  if (claim.empty()) return false;
  parked.attempts = claim.Int32(0, 0);
  parked.accepted = claim.Bool(0, 1);
  parked.known = {claim.Int64(0, 2), claim.IsNull(0, 3) ? Uuid() : claim.Id(0, 3),
                  claim.IsNull(0, 4) ? Uuid() : claim.Id(0, 4), false};
  parked.events.clear();
  parked.ends_unknown = false;
  for (int i = 0; i < rows[3].size(); ++i) {
    auto event = ReadParked(rows[3], i);
    if (!event.ok()) {
      parked.ends_unknown = true;
      break;
    }
    parked.events.push_back(*std::move(event));
  }
  // Of two events of one version, that of the earlier life comes first.
  std::stable_sort(parked.events.begin(), parked.events.end(), [](const Event& a, const Event& b) {
    return std::pair(a.aggregate_version, a.incarnation) < std::pair(b.aggregate_version, b.incarnation);
  });
  return true;
}

Status ConsumerRetry::Apply(Transaction& transaction, const Parked& parked, const BatchPlan& plan, size_t applied) {
  SubjectKey key{parked.tenant, parked.subject};
  std::vector<Event> events;
  for (size_t i = 0; i < applied; ++i) events.push_back(*plan.apply[i]);
  if (!events.empty()) VEFA_TRY_OK(handler_.Apply(transaction, events));
  std::vector<int64_t> versions;
  std::vector<Uuid> ids;
  auto waits = [&](const Event& event) {
    auto same = [&](const auto& other) { return other == &event; };
    return std::any_of(plan.apply.begin() + static_cast<std::ptrdiff_t>(applied), plan.apply.end(), same) ||
           std::any_of(plan.park.begin(), plan.park.end(), [&](const auto& other) { return same(other.first); });
  };
  for (const Event& event : parked.events) {
    if (waits(event)) continue;
    versions.push_back(event.aggregate_version);
    ids.push_back(event.id);
  }
  std::map<SubjectKey, Watermark> moved;
  if (applied > 0) moved[key] = {events.back().aggregate_version, events.back().id, events.back().incarnation, false};
  MarksUpdate marks(consumer_, {{key, parked.known}}, moved);
  std::vector<Call> calls;
  marks.AddTo(calls);
  calls.push_back({&kDeleteRetry, Bound(consumer_, parked.tenant, parked.subject, versions, ids)});
  calls.push_back({&kUnpark, Bound(consumer_, parked.tenant, parked.subject)});
  calls.push_back(KeepCall(parked, plan, applied));
  VEFA_TRY(auto rows, transaction.ExecuteAll(std::move(calls)));
  std::span<const Rows> answers(rows);
  if (!marks.Check(answers)) return Error{Code::kAborted, "VERSION_MOVED", "Another reader moved the subject."};
  metrics_.unparked.Add(static_cast<double>(answers[1].affected()));
  return Ok();
}

// What holds of a subject of which something is left.
Call ConsumerRetry::KeepCall(const Parked& parked, const BatchPlan& plan, size_t applied) const {
  bool progress = applied > 0 || plan.duplicates > 0;
  int attempts = progress ? 0 : parked.attempts + 1;
  std::optional<std::chrono::milliseconds> at_once(std::chrono::milliseconds(0));
  auto next = progress ? at_once : NextAttempt(settings_.retries, attempts);
  std::optional<std::string> kind;
  std::optional<std::string> reason;
  bool complete = true;
  if (applied < plan.apply.size()) {
    next = at_once;
  } else if (!plan.park.empty()) {
    Verdict verdict = plan.park.front().second;
    reason = Describe(verdict);
    complete = verdict == Verdict::kFork || !has_ledger_;
    kind = ParkKindName(verdict == Verdict::kFork       ? ParkKind::kFork
                        : verdict == Verdict::kRestored ? ParkKind::kRestored
                                                        : ParkKind::kGap);
    if (verdict == Verdict::kFork || (verdict == Verdict::kRestored && !has_ledger_)) next = std::nullopt;
    // The ledger is asked at once, whatever became of the tries before: its answers have a patience of their own.
    if (!complete) next = at_once;
  } else if (parked.ends_unknown) {
    complete = !has_ledger_;
    if (!has_ledger_) next = std::nullopt;
  } else if (!progress) {
    // Nothing was there: the row stood without events.
    next = std::nullopt;
  }
  return {&kKeep, Bound(consumer_, parked.tenant, parked.subject, kind, reason, static_cast<int32_t>(attempts), complete,
                        Seconds(next))};
}

Status ConsumerRetry::Reschedule(const Parked& parked, const Error& why) {
  int attempts = parked.attempts + 1;
  auto next = NextAttempt(settings_.retries, attempts);
  telemetry::Fault(next ? "a parked event still cannot be applied" : "a parked event cannot be applied; an operator has to decide",
                   {{"consumer", consumer_}, {"subject", parked.subject}, {"reason", why.reason}, {"attempts", attempts}});
  std::optional<std::string> kind = ParkKindName(ParkKind::kPoison);
  std::optional<std::string> reason = ReasonText(why);
  VEFA_TRY_OK(pump_.Run(Scope::Tenants({parked.tenant}), kKeep,
                        Bound(consumer_, parked.tenant, parked.subject, kind, reason, static_cast<int32_t>(attempts), true,
                              Seconds(next)),
                        Deadline::After(kTryTimeout)));
  return Ok();
}

}  // namespace vefa::events
