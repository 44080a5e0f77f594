#include "libs/events/consumer_mender.h"

#include <algorithm>

#include "libs/events/parking.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int64_t kPage = 500;
// More than this of one subject is fetched in several rounds.
constexpr int64_t kRoundMax = 10000;
constexpr int32_t kTakenUpMax = 100;
constexpr std::chrono::seconds kMendTimeout(10);
constexpr std::chrono::seconds kMendFetchTimeout(5);
constexpr std::chrono::milliseconds kPatienceFirst(1000);
constexpr std::chrono::milliseconds kPatienceMost(60000);
// Nothing to do until the consumer sees something.
constexpr std::chrono::hours kMenderRest(1);

// Another replica does not take it up for a while. The choice is made once, in the WITH: as a part of the join
// it would be made anew for every row.
const Statement kClaimMending{
    "mender_claim",
    "WITH c AS MATERIALIZED (SELECT tenant_id, subject FROM parked_subject"
    "   WHERE consumer = $1 AND NOT complete AND next_attempt_time <= now()"
    "   ORDER BY next_attempt_time LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " UPDATE parked_subject p SET next_attempt_time = now() + interval '60 seconds' FROM c"
    " WHERE p.consumer = $1 AND p.tenant_id = c.tenant_id AND p.subject = c.subject"
    " RETURNING p.tenant_id, p.subject, p.topic, p.kind, p.attempts"};
const Statement kInspect{
    "mender_inspect",
    "WITH mark AS (SELECT version, event_id, incarnation FROM applied_version"
    "               WHERE consumer = $1 AND tenant_id = $2 AND subject = $3),"
    " waiting AS (SELECT * FROM parked_event WHERE consumer = $1 AND tenant_id = $2 AND subject = $3)"
    " SELECT coalesce((SELECT version FROM mark), 0), (SELECT event_id FROM mark), (SELECT incarnation FROM mark),"
    "   coalesce((SELECT min(version) FROM waiting WHERE headers IS NOT NULL"
    "              AND version > coalesce((SELECT version FROM mark), 0)), 0),"
    "   (SELECT max(version) FROM waiting), " VEFA_PARKED_COLUMNS
    " FROM waiting e ORDER BY e.version, e.event_id LIMIT 1"};
const Statement kLockMending{"mender_lock",
                      "SELECT 1 FROM parked_subject WHERE consumer = $1 AND tenant_id = $2 AND subject = $3 FOR UPDATE"};
const Statement kComplete{
    "mender_complete",
    "UPDATE parked_subject SET complete = true, next_attempt_time = now()"
    " WHERE consumer = $1 AND tenant_id = $2 AND subject = $3 AND NOT complete"};
const Statement kLater{
    "mender_later",
    "UPDATE parked_subject SET attempts = $4, reason = $5, kind = coalesce($6, kind),"
    "   next_attempt_time = CASE WHEN $7 >= 0 THEN now() + $7 * interval '1 second' END"
    " WHERE consumer = $1 AND tenant_id = $2 AND subject = $3"};
// Both lives share what was applied: it counts as the later one's, and what is parked of it as repeats.
const Statement kMendSameLife{
    "mender_same_life",
    "UPDATE applied_version SET incarnation = $4 WHERE consumer = $1 AND tenant_id = $2 AND subject = $3 AND version = $5"};
const Statement kTakeUp{
    "mender_take_up",
    "WITH c AS MATERIALIZED (SELECT u.topic, u.part, u.off FROM unreadable_record u JOIN tenant t ON t.id = u.unknown_tenant"
    "   WHERE u.consumer = $1 ORDER BY u.refuse_time LIMIT $2 FOR UPDATE OF u SKIP LOCKED)"
    " DELETE FROM unreadable_record u USING c"
    " WHERE u.consumer = $1 AND u.topic = c.topic AND u.part = c.part AND u.off = c.off"
    " RETURNING u.topic, u.part, u.off, u.record_key, u.headers, coalesce(u.value, '')"};

// Errors after which asking again may help.
bool MayMendLater(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
    case Code::kAborted:
    case Code::kCancelled:
    case Code::kUnknown:
    case Code::kInternal:
      return true;
    default:
      return false;
  }
}

bool IsGone(const Error& error) { return error.reason == "EVENTS_DROPPED"; }

}  // namespace

ConsumerMender::ConsumerMender(const std::string& consumer, const std::string& brokers, postgres::Database& pump,
                               LedgerReader* ledger, ConsumerMetrics& metrics, const SubscriberSettings& settings,
                               std::function<void()> mended, std::function<void()> gave_up)
    : consumer_(consumer),
      pump_(pump),
      ledger_(ledger),
      metrics_(metrics),
      settings_(settings),
      mended_(std::move(mended)),
      gave_up_(std::move(gave_up)),
      dead_letters_(consumer, settings.dead_letter_topic, brokers, pump, metrics, settings.heal_window),
      loop_([this] { return Step(); }) {}

std::chrono::milliseconds ConsumerMender::Step() {
  Status mended = ledger_ == nullptr ? Ok() : Mend();
  if (mended.ok()) mended = TakeUp();
  if (!mended.ok())
    telemetry::Warn("mending waits", {{"consumer", consumer_}, {"reason", mended.error().reason}});
  for (bool more = true; more && !loop_.stopping();) {
    auto copied = dead_letters_.Copy([this] { return loop_.stopping(); });
    if (!copied.ok())
      telemetry::Warn("dead letters wait", {{"consumer", consumer_}, {"reason", copied.error().reason}});
    more = copied.ok() && *copied;
  }
  return kMenderRest;
}

Status ConsumerMender::Mend() {
  while (!loop_.stopping()) {
    VEFA_TRY(std::optional<Claim> claim, ClaimOne());
    if (!claim) break;
    VEFA_TRY_OK(MendSubject(*claim));
  }
  return Ok();
}

Result<std::optional<ConsumerMender::Claim>> ConsumerMender::ClaimOne() {
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kClaimMending, Bound(consumer_), Deadline::After(kMendTimeout)));
  if (rows.empty()) return std::optional<Claim>();
  Claim claim;
  claim.tenant = rows.Id(0, 0);
  claim.subject = rows.String(0, 1);
  claim.topic = rows.String(0, 2);
  claim.kind = rows.String(0, 3);
  claim.attempts = rows.Int32(0, 4);
  VEFA_TRY(Rows found, pump_.Run(Scope::Tenants({claim.tenant}), kInspect, Bound(consumer_, claim.tenant, claim.subject),
                                 Deadline::After(kMendTimeout)));
  if (found.empty()) return std::optional(claim);
  claim.known.version = found.Int64(0, 0);
  if (!found.IsNull(0, 1)) claim.known.event_id = found.Id(0, 1);
  if (!found.IsNull(0, 2)) claim.known.incarnation = found.Id(0, 2);
  claim.readable = found.Int64(0, 3);
  claim.last = found.Int64(0, 4);
  auto first = ReadParked(found, 0, 5);
  claim.incarnation = first.ok() ? first->incarnation : claim.known.incarnation;
  return std::optional(claim);
}

Status ConsumerMender::MendSubject(const Claim& claim) {
  Status done = claim.kind == "RESTORED" ? CheckLife(claim) : FillHole(claim);
  if (!done.ok()) return GiveUp(claim, done.error());
  mended_();
  return Ok();
}

// Fetches what lies between the watermark and what is parked. Where the ledger says otherwise of what was
// applied, there are two histories, and an operator has to decide.
Status ConsumerMender::FillHole(const Claim& claim) {
  int64_t from = claim.known.version + 1;
  int64_t to = claim.readable > 0 ? claim.readable - 1 : claim.last;
  bool compares = claim.known.version > 0 && !claim.known.event_id.is_nil();
  if (to < from) return Complete(claim);
  for (int64_t next = compares ? from - 1 : from, end = std::min(to, from + kRoundMax); next <= end;) {
    auto page = Fetch(claim, next, std::min(end, next + kPage - 1));
    if (!page.ok() && IsGone(page.error()) && next < from) {
      // The ledger may have dropped what was applied and still have what comes after.
      next = from;
      continue;
    }
    if (!page.ok()) return page.error();
    std::span<const Event> events(*page);
    next += static_cast<int64_t>(events.size());
    bool compared = events.front().aggregate_version < from;
    bool same = !compared || events.front().id == claim.known.event_id;
    VEFA_TRY_OK(Add(claim, events.subspan(compared && same ? 1 : 0)));
    if (!same)
      return Error{Code::kFailedPrecondition, "EVENT_FORKED",
                   "The ledger has another event of the version that was applied last."};
  }
  return Complete(claim);
}

// A known version came out of a later life of the owner's database. Either what was applied is part of that
// life, too, and was only published again, or it never happened there.
Status ConsumerMender::CheckLife(const Claim& claim) {
  auto page = Fetch(claim, claim.known.version, claim.known.version);
  if (!page.ok() && !IsGone(page.error())) return page.error();
  if (!page.ok() || page->front().id != claim.known.event_id) {
    metrics_.restored.Add();
    return Error{Code::kFailedPrecondition, "LEDGER_RESTORED",
                 "The owner's database was put back to an earlier point, and what was applied last never happened in its"
                 " present life."};
  }
  VEFA_TRY_OK(pump_.Run(Scope::Tenants({claim.tenant}),
                        {{&kMendSameLife, Bound(consumer_, claim.tenant, claim.subject, claim.incarnation, claim.known.version)},
                         {&kComplete, Bound(consumer_, claim.tenant, claim.subject)}},
                        Deadline::After(kMendTimeout)));
  return Ok();
}

Result<std::vector<Event>> ConsumerMender::Fetch(const Claim& claim, int64_t from, int64_t to) {
  VEFA_TRY(std::vector<Event> events,
           ledger_->Fetch(claim.topic, claim.tenant, claim.subject, from, to, Deadline::After(kMendFetchTimeout)));
  bool good = !events.empty() && events.size() <= static_cast<size_t>(to - from + 1);
  for (size_t i = 0; i < events.size(); ++i) {
    Event& event = events[i];
    event.topic = claim.topic;
    // The ledger knows its present life only; what the topic holds of this subject may be of an earlier one.
    event.incarnation = claim.readable > 0 ? claim.incarnation : claim.known.incarnation;
    good = good && event.aggregate_version == from + static_cast<int64_t>(i) && event.subject == claim.subject &&
           event.tenant == claim.tenant;
  }
  if (!good) return Error{Code::kDataLoss, "LEDGER_WRONG", "The ledger answered with other events than it was asked for."};
  return events;
}

Status ConsumerMender::Add(const Claim& claim, std::span<const Event> events) {
  std::vector<ParkedEvent> parked;
  for (const Event& event : events) parked.push_back({&event, nullptr, "FETCHED: It was missing and is from the ledger."});
  if (parked.empty()) return Ok();
  return postgres::InTransaction(
      pump_, Scope::Tenants({claim.tenant}), Deadline::After(kMendTimeout), [&](postgres::Transaction& transaction) -> Status {
        VEFA_TRY(Rows stands, transaction.Execute(kLockMending, Bound(consumer_, claim.tenant, claim.subject)));
        // It moves again by other means.
        if (stands.empty()) return Ok();
        VEFA_TRY_OK(transaction.ExecuteAll({ParkEventsCall(consumer_, parked)}));
        return Ok();
      });
}

Status ConsumerMender::Complete(const Claim& claim) {
  VEFA_TRY_OK(pump_.Run(Scope::Tenants({claim.tenant}), kComplete, Bound(consumer_, claim.tenant, claim.subject),
                        Deadline::After(kMendTimeout)));
  return Ok();
}

Status ConsumerMender::GiveUp(const Claim& claim, const Error& why) {
  int attempts = claim.attempts + 1;
  constexpr std::chrono::milliseconds kNever(-1000);
  std::chrono::milliseconds next = NextAttempt(settings_.retries, attempts).value_or(kNever);
  std::optional<std::string> kind;
  if (MayMendLater(why)) {
    next = std::min<std::chrono::milliseconds>(kPatienceMost, kPatienceFirst * (1L << std::clamp(attempts - 1, 0, 10)));
  } else if (IsGone(why) || why.reason == "EVENT_FORKED" || why.reason == "LEDGER_RESTORED") {
    next = kNever;
    if (why.reason == "EVENT_FORKED") kind = ParkKindName(ParkKind::kFork);
  }
  telemetry::Log(next == kNever ? telemetry::Level::kError : telemetry::Level::kWarn,
                 next == kNever ? "a parked subject cannot be mended; an operator has to decide" : "a hole is not healed yet",
                 {{"consumer", consumer_}, {"subject", claim.subject}, {"kind", claim.kind}, {"reason", why.reason}});
  VEFA_TRY_OK(pump_.Run(Scope::Tenants({claim.tenant}), kLater,
                        Bound(consumer_, claim.tenant, claim.subject, static_cast<int32_t>(attempts), ReasonText(why), kind,
                              static_cast<double>(next.count()) / 1000),
                        Deadline::After(kMendTimeout)));
  if (next == kNever) gave_up_();
  return Ok();
}

// Events whose tenant was not known wait like those behind a hole: others of their subjects may be missing, too.
Status ConsumerMender::TakeUp() {
  auto taken = postgres::InTransaction(
      pump_, Scope::EveryTenant(), Deadline::After(kMendTimeout), [&](postgres::Transaction& transaction) -> Result<int> {
        VEFA_TRY(Rows rows, transaction.Execute(kTakeUp, Bound(consumer_, kTakenUpMax)));
        std::vector<Event> events;
        std::vector<kafka::Headers> headers;
        for (int i = 0; i < rows.size(); ++i) {
          VEFA_TRY(kafka::Headers unpacked, UnpackHeaders(rows.Text(i, 4)));
          kafka::Message message{rows.String(i, 0), rows.Int32(i, 1),  rows.Int64(i, 2),
                                 rows.String(i, 3), rows.String(i, 5), std::move(unpacked), false};
          VEFA_TRY(Event event, TakeEvent(message));
          events.push_back(std::move(event));
          headers.push_back(std::move(message.headers));
        }
        std::map<SubjectKey, ParkedSubject> subjects;
        std::vector<ParkedEvent> parked;
        for (size_t i = 0; i < events.size(); ++i) {
          SubjectKey key{events[i].tenant, events[i].subject};
          ParkedSubject subject{key, events[i].topic, ParkKind::kGap, "TENANT_UNKNOWN: The tenant was not known when they came.",
                                events[i].aggregate_version, std::chrono::milliseconds(0), ledger_ == nullptr};
          auto [at, added] = subjects.emplace(key, subject);
          at->second.first_version = std::min(at->second.first_version, events[i].aggregate_version);
          parked.push_back({&events[i], &headers[i], subject.reason});
        }
        std::vector<ParkedSubject> list;
        for (auto& [key, subject] : subjects) list.push_back(std::move(subject));
        if (!parked.empty())
          VEFA_TRY_OK(transaction.ExecuteAll({ParkSubjectsCall(consumer_, list), ParkEventsCall(consumer_, parked)}));
        return rows.size();
      });
  if (!taken.ok()) return taken.error();
  if (*taken > 0) mended_();
  return Ok();
}

}  // namespace vefa::events
