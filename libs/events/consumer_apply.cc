#include "libs/events/consumer_apply.h"

#include <set>

#include "libs/base/fault_point.h"
#include "libs/events/consumer_marks.h"
#include "libs/events/event_span.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Transaction;

constexpr std::chrono::seconds kApplyTimeout(30);

Scope ScopeOf(std::span<const Event> events) {
  std::set<Uuid> tenants;
  for (const Event& event : events) tenants.insert(event.tenant);
  return Scope::Tenants({tenants.begin(), tenants.end()});
}

Error Moved() { return {Code::kAborted, "POSITION_MOVED", "Another reader of this consumer moved the position."}; }

}  // namespace

ConsumerApply::Outcome ConsumerApply::Fail(Error error, Error& why) const {
  why = std::move(error);
  if (why.reason == "POSITION_MOVED") return Outcome::kFenced;
  return IsTrouble(why) ? Outcome::kTrouble : Outcome::kPoison;
}

ConsumerApply::Outcome ConsumerApply::Try(const ConsumerBatch::Range& range, const Offsets& positions, Error& why) {
  ApplySpans spans(consumer_, range.events);
  auto begun = pump_.Begin(ScopeOf(range.events), Deadline::After(kApplyTimeout));
  Status done = begun.ok() ? Ok() : Status(begun.error());
  if (done.ok()) {
    Transaction transaction = std::move(begun).value();
    done = Run(transaction, range, positions);
  }
  if (done.ok()) return Outcome::kApplied;
  spans.Fail(done.error().reason);
  return Fail(std::move(done).error(), why);
}

Status ConsumerApply::Run(Transaction& transaction, const ConsumerBatch::Range& range, const Offsets& positions) {
  MarksQuery query(range.events);
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll({LimitsCall(), MovePositionsCall(consumer_, positions, range.next),
                                                           query.ToCall(consumer_)}));
  if (rows[1].affected() != static_cast<int64_t>(range.next.size())) return Moved();
  Known known = query.FromRows(rows[2]);
  BatchPlan plan = PlanBatch(range.events, known);
  if (plan.apply.size() == range.events.size()) {
    if (!plan.apply.empty()) VEFA_TRY_OK(handler_.Apply(transaction, range.events));
  } else if (!plan.apply.empty()) {
    std::vector<Event> events;
    events.reserve(plan.apply.size());
    for (const Event* event : plan.apply) events.push_back(*event);
    VEFA_TRY_OK(handler_.Apply(transaction, events));
  }
  VEFA_TRY_OK(Write(transaction, range, plan, known));
  VEFA_TRY_OK(Commit(transaction));
  Count(plan, range);
  return Ok();
}

Status ConsumerApply::Write(Transaction& transaction, const ConsumerBatch::Range& range, const BatchPlan& plan,
                            const Known& known) {
  MarksUpdate marks(consumer_, known, plan.moved);
  std::vector<Call> calls;
  marks.AddTo(calls);
  if (!plan.park.empty()) AddParking(range, plan, calls);
  if (!range.refused.empty()) calls.push_back(RefuseCall(consumer_, range.refused));
  if (calls.empty()) return Ok();
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll(std::move(calls)));
  std::span<const Rows> answers(rows);
  return marks.Check(answers) ? Ok() : Moved();
}

ParkedSubject ConsumerApply::Describe(const Event& event, Verdict verdict, const Watermark& mark) const {
  ParkedSubject subject{{event.tenant, event.subject}, event.topic, ParkKind::kGap, "", event.aggregate_version, {}, true};
  std::chrono::milliseconds at_once(0);
  std::string have = std::to_string(mark.version);
  std::string got = std::to_string(event.aggregate_version);
  switch (verdict) {
    case Verdict::kGap:
      subject.reason = "VERSION_MISSING: Version " + got + " came after version " + have + ".";
      subject.complete = !has_ledger_;
      subject.next_attempt = has_ledger_ ? at_once : NextAttempt(settings_.retries, 0);
      break;
    case Verdict::kFork:
      subject.kind = ParkKind::kFork;
      subject.reason = "EVENT_FORKED: Version " + got + " was applied, and it was another event.";
      break;
    case Verdict::kRestored:
      subject.kind = ParkKind::kRestored;
      subject.reason = "LEDGER_RESTORED: Version " + got + " is of a later life of its owner's database than version " +
                       have + ", which was applied.";
      subject.complete = !has_ledger_;
      if (has_ledger_) subject.next_attempt = at_once;
      break;
    default:
      // It stands still already, unless another replica made it move just now: then it is due.
      subject.reason = "SUBJECT_PARKED: Events before this one are parked.";
      subject.complete = event.aggregate_version == mark.version + 1;
      subject.next_attempt = at_once;
      break;
  }
  return subject;
}

void ConsumerApply::AddParking(const ConsumerBatch::Range& range, const BatchPlan& plan, std::vector<Call>& calls) {
  std::map<SubjectKey, ParkedSubject> subjects;
  std::vector<ParkedEvent> events;
  for (const auto& [event, verdict] : plan.park) {
    SubjectKey key{event->tenant, event->subject};
    ParkedSubject subject = Describe(*event, verdict, plan.moved.at(key));
    size_t index = static_cast<size_t>(event - range.events.data());
    events.push_back({event, &range.headers[index], subject.reason});
    auto [at, added] = subjects.emplace(std::move(key), std::move(subject));
    if (!added) at->second.first_version = std::min(at->second.first_version, event->aggregate_version);
  }
  std::vector<ParkedSubject> list;
  for (auto& [key, subject] : subjects) list.push_back(std::move(subject));
  calls.push_back(ParkSubjectsCall(consumer_, list));
  calls.push_back(ParkEventsCall(consumer_, events));
}

Status ConsumerApply::Commit(Transaction& transaction) {
  if (FaultPoint("consumer.before_commit")) return Unavailable("FAULT", "A fault was asked for.");
  VEFA_TRY_OK(transaction.Commit());
  // As when the answer to the commit is lost.
  if (FaultPoint("consumer.after_commit")) return Unavailable("FAULT", "A fault was asked for.");
  return Ok();
}

void ConsumerApply::Count(const BatchPlan& plan, const ConsumerBatch::Range& range) {
  metrics_.applied.Add(static_cast<double>(plan.apply.size()));
  metrics_.duplicates.Add(static_cast<double>(plan.duplicates));
  metrics_.parked.Add(static_cast<double>(plan.park.size()));
  metrics_.refused.Add(static_cast<double>(range.refused.size()));
  mends_ = mends_ || !range.refused.empty() || !plan.park.empty();
  for (const auto& [event, verdict] : plan.park) {
    if (verdict == Verdict::kParked) continue;
    if (verdict == Verdict::kGap) metrics_.gaps.Add();
    if (verdict == Verdict::kFork) metrics_.forks.Add();
    // Whether it is one, the ledger says.
    if (verdict == Verdict::kRestored && !has_ledger_) metrics_.restored.Add();
    bool heals = verdict != Verdict::kFork && has_ledger_;
    if (!heals) ++parked_;
    telemetry::Log(heals ? telemetry::Level::kWarn : telemetry::Level::kError, "a subject is parked",
                   {{"consumer", consumer_}, {"subject", event->subject}, {"version", event->aggregate_version},
                    {"kind", verdict == Verdict::kGap ? "GAP" : verdict == Verdict::kFork ? "FORK" : "RESTORED"}});
  }
  for (const Refusal& refusal : range.refused)
    telemetry::Fault("a record is no event and is refused",
                     {{"consumer", consumer_}, {"topic", refusal.record.topic}, {"partition", refusal.record.partition},
                      {"offset", refusal.record.offset}, {"reason", refusal.why.reason}});
}

ConsumerApply::Outcome ConsumerApply::Park(const ConsumerBatch::Range& range, const Offsets& positions, const Error& poison,
                                           Error& why) {
  const Event& event = range.events.front();
  auto begun = pump_.Begin(ScopeOf(range.events), Deadline::After(kApplyTimeout));
  if (!begun.ok()) return Fail(begun.error(), why);
  Transaction transaction = std::move(begun).value();
  ParkedSubject subject{{event.tenant, event.subject}, event.topic,  ParkKind::kPoison, ReasonText(poison),
                        event.aggregate_version,       NextAttempt(settings_.retries, 0), true};
  ParkedEvent parked{&event, &range.headers.front(), subject.reason};
  auto rows = transaction.ExecuteAll({LimitsCall(), MovePositionsCall(consumer_, positions, range.next),
                                      ParkSubjectsCall(consumer_, {&subject, 1}), ParkEventsCall(consumer_, {&parked, 1})});
  if (!rows.ok()) return Fail(rows.error(), why);
  if ((*rows)[1].affected() != static_cast<int64_t>(range.next.size())) return Fail(Moved(), why);
  Status committed = Commit(transaction);
  if (!committed.ok()) return Fail(std::move(committed).error(), why);
  telemetry::Fault("an event cannot be applied and its subject is parked",
                   {{"consumer", consumer_}, {"subject", event.subject}, {"version", event.aggregate_version},
                    {"reason", poison.reason}, {"error", poison.message}});
  metrics_.parked.Add();
  ++parked_;
  mends_ = true;
  return Outcome::kApplied;
}

}  // namespace vefa::events
