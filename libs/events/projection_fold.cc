#include "libs/events/projection_fold.h"

#include <iterator>
#include <thread>

#include "libs/base/backoff.h"
#include "libs/events/consumer_marks.h"
#include "libs/events/projection_fold_sql.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;

constexpr std::chrono::seconds kTransactionTimeout(60);
constexpr std::chrono::seconds kFetchTimeout(10);
// Tries of a transaction the database could not take, before the run is given back to be tried later.
constexpr int kTries = 6;
// Versions missing in one hole, and holes asked about in one run. A ledger that dropped its oldest
// partitions has one before most subjects, and would be asked in vain for each.
constexpr int64_t kHoleMax = 10'000;
constexpr int kFetchesMax = 10'000;
// What one batch may fetch.
constexpr size_t kHealedBytesMax = 64 << 20;
// Events a rebuilding may leave standing before it is given up: it would not be swapped in.
constexpr int64_t kParkedMax = 10'000;

std::vector<Uuid> TenantsOf(std::span<const Event> events) {
  std::set<Uuid> tenants;
  for (const Event& event : events) tenants.insert(event.tenant);
  return {tenants.begin(), tenants.end()};
}

}  // namespace

Status ProjectionFold::Apply(std::vector<Event> events) {
  unhealed_.clear();
  healed_bytes_ = 0;
  VEFA_TRY_OK(Range(events));
  if (parked_ > kParkedMax && !verifies())
    return Error{
        Code::kFailedPrecondition, "PROJECTION_INCOMPLETE",
        "Too many events could not be folded: their subjects' beginnings are gone, or the handler refuses them."};
  return Ok();
}

Status ProjectionFold::Range(std::span<const Event> events) {
  std::vector<Event> healed;
  for (int attempt = 0; !events.empty();) {
    Error why;
    std::vector<Hole> holes;
    switch (Try(events, why, holes)) {
      case Outcome::kApplied: return Ok();
      case Outcome::kHoles: {
        VEFA_TRY(std::vector<Event> whole, Heal(events, holes));
        healed = std::move(whole);
        events = healed;
        break;
      }
      case Outcome::kPoison:
        if (events.size() == 1) return ParkPoison(events.front(), why);
        VEFA_TRY_OK(Range(events.first(events.size() / 2)));
        events = events.subspan(events.size() / 2);
        break;
      case Outcome::kFailed:
        if (!IsTrouble(why) || ++attempt >= kTries) return why;
        std::this_thread::sleep_for(
            Backoff(attempt, std::chrono::milliseconds(50), std::chrono::seconds(5), RandomShare()));
        break;
    }
  }
  return Ok();
}

ProjectionFold::Outcome ProjectionFold::Try(std::span<const Event> events, Error& why, std::vector<Hole>& holes) {
  auto failed = [&why](Error error) {
    why = std::move(error);
    return Outcome::kFailed;
  };
  auto begun = shadow_.Begin(TenantsOf(events), events_ + static_cast<int64_t>(events.size()),
                             Deadline::After(kTransactionTimeout));
  if (!begun.ok()) return failed(begun.error());
  postgres::Transaction transaction = std::move(begun).value();
  auto marks = ReadMarks(transaction, events);
  if (!marks.ok()) return failed(marks.error());
  std::vector<Event> within;
  if (verifies()) {
    for (const Event& event : events)
      if (event.aggregate_version <= marks->at({event.tenant, event.subject}).limit) within.push_back(event);
    events = within;
  }
  std::map<SubjectKey, Watermark> known;
  for (const auto& [key, mark] : *marks) known[key] = mark.known;
  BatchPlan plan = PlanBatch(events, std::move(known));
  for (const auto& [event, verdict] : plan.park) {
    SubjectKey key{event->tenant, event->subject};
    if (verdict == Verdict::kGap && !unhealed_.contains(key))
      holes.push_back({key, event->topic, plan.moved.at(key).version + 1, event->aggregate_version});
  }
  if (!holes.empty()) return Outcome::kHoles;
  Status written = Write(transaction, events, plan, *marks);
  if (!written.ok()) {
    why = written.error();
    return IsTrouble(why) ? Outcome::kFailed : Outcome::kPoison;
  }
  Status committed = transaction.Commit();
  if (!committed.ok()) return failed(committed.error());
  events_ += static_cast<int64_t>(plan.apply.size());
  parked_ += static_cast<int64_t>(plan.park.size());
  return Outcome::kApplied;
}

Status ProjectionFold::Write(postgres::Transaction& transaction, std::span<const Event> events, const BatchPlan& plan,
                             const Marks& marks) {
  std::vector<Event> some;
  bool is_whole = plan.apply.size() == events.size();
  for (const auto& [key, mark] : marks) is_whole = is_whole && mark.skipped.empty();
  if (!is_whole) {
    for (const Event* event : plan.apply)
      if (!marks.at({event->tenant, event->subject}).skipped.contains(event->aggregate_version)) some.push_back(*event);
    events = some;
  }
  if (!events.empty()) VEFA_TRY_OK(handler_.Apply(transaction, events));
  std::map<SubjectKey, Watermark> moved;
  for (const auto& [key, mark] : plan.moved)
    if (mark.version != marks.at(key).known.version) moved[key] = mark;
  if (!moved.empty()) VEFA_TRY_OK(transaction.Execute(kFoldWriteMarks, FoldMarkParams(shadow_.info().consumer, moved)));
  std::vector<Uuid> tenants;
  std::vector<std::string> subjects, kinds;
  for (const auto& [event, verdict] : plan.park) {
    if (verdict == Verdict::kParked) continue;
    tenants.push_back(event->tenant);
    subjects.push_back(event->subject);
    kinds.push_back(verdict == Verdict::kFork ? "FORK" : verdict == Verdict::kRestored ? "RESTORED" : "GAP");
  }
  if (!tenants.empty()) VEFA_TRY_OK(transaction.Execute(kFoldPark, Bound(tenants, subjects, kinds)));
  return Ok();
}

Result<ProjectionFold::Marks> ProjectionFold::ReadMarks(postgres::Transaction& transaction,
                                                        std::span<const Event> events) {
  Marks marks;
  for (const Event& event : events) marks[{event.tenant, event.subject}];
  std::vector<Uuid> tenants;
  std::vector<std::string> subjects;
  for (const auto& [key, mark] : marks) {
    tenants.push_back(key.first);
    subjects.push_back(key.second);
  }
  auto params = [&] { return Bound(shadow_.info().consumer, tenants, subjects); };
  VEFA_TRY(std::vector<Rows> read,
           transaction.ExecuteAll({{&kFoldReadMarks, params()}, {&kFoldReadSkipped, params()}}));
  const Rows& rows = read[0];
  for (int i = 0; i < rows.size(); ++i) {
    Mark& mark = marks[{rows.Id(i, 0), rows.String(i, 1)}];
    mark.known = {rows.Int64(i, 2), rows.Id(i, 3), rows.Id(i, 4), rows.Bool(i, 5)};
    mark.limit = rows.Int64(i, 6);
  }
  for (int i = 0; i < read[1].size(); ++i)
    marks[{read[1].Id(i, 0), read[1].String(i, 1)}].skipped.insert(read[1].Int64(i, 2));
  return marks;
}

Result<std::vector<Event>> ProjectionFold::Heal(std::span<const Event> events, const std::vector<Hole>& holes) {
  std::map<std::pair<SubjectKey, int64_t>, std::vector<Event>> found;
  for (const Hole& hole : holes) {
    VEFA_TRY(std::vector<Event> missing, Fetch(hole));
    if (missing.empty()) {
      unhealed_.insert(hole.subject);
    } else {
      found[{hole.subject, hole.next}] = std::move(missing);
    }
  }
  std::vector<Event> whole;
  for (const Event& event : events) {
    auto missing = found.find({{event.tenant, event.subject}, event.aggregate_version});
    if (missing != found.end()) std::move(missing->second.begin(), missing->second.end(), std::back_inserter(whole));
    if (missing != found.end()) missing->second.clear();
    whole.push_back(event);
  }
  return whole;
}

Result<std::vector<Event>> ProjectionFold::Fetch(const Hole& hole) {
  std::vector<Event> found;
  if (ledgers_ == nullptr || hole.next - hole.first > kHoleMax || fetches_ >= kFetchesMax) return found;
  if (healed_bytes_ > kHealedBytesMax) return found;
  ++fetches_;
  for (int64_t from = hole.first; from < hole.next; from = found.back().aggregate_version + 1) {
    auto some = ledgers_->Fetch(hole.topic, hole.subject.first, hole.subject.second, from, hole.next - 1,
                                Deadline::After(kFetchTimeout));
    if (!some.ok()) {
      bool is_gone = some.error().reason == "EVENTS_DROPPED" || some.error().code == Code::kNotFound;
      return is_gone ? Result<std::vector<Event>>(std::vector<Event>()) : std::move(some).error();
    }
    if (some->empty()) return std::vector<Event>();
    std::move(some->begin(), some->end(), std::back_inserter(found));
  }
  for (Event& event : found) {
    event.topic = hole.topic;
    healed_bytes_ += event.payload.size();
  }
  return found;
}

Status ProjectionFold::ParkPoison(const Event& event, const Error& why) {
  telemetry::Warn("an event cannot be folded", {{"consumer", shadow_.info().consumer},
                                                {"subject", event.subject},
                                                {"version", event.aggregate_version},
                                                {"reason", why.reason},
                                                {"error", why.message}});
  VEFA_TRY(postgres::Transaction transaction,
           shadow_.Begin({event.tenant}, events_, Deadline::After(kTransactionTimeout)));
  VEFA_TRY_OK(
      transaction.Execute(kFoldPark, Bound(std::vector<Uuid>{event.tenant}, std::vector<std::string>{event.subject},
                                           std::vector<std::string>{"POISON"})));
  ++parked_;
  return transaction.Commit();
}

}  // namespace vefa::events
