#include "libs/events/subscriber.h"

#include <algorithm>
#include <set>

#include "libs/base/backoff.h"
#include "libs/events/subscriber_sql.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;

constexpr size_t kBatchMax = 500;
constexpr std::chrono::milliseconds kBatchWait(50);
constexpr std::chrono::seconds kTransactionTimeout(30);
// Within a rebalance, where a stop must not wait for long.
constexpr std::chrono::seconds kPositionsTimeout(5);

Scope ScopeOf(std::span<const Event> events) {
  std::set<Uuid> tenants;
  for (const Event& event : events) tenants.insert(event.tenant);
  return Scope::Tenants({tenants.begin(), tenants.end()});
}

}  // namespace

Subscriber::Subscriber(std::string name, std::vector<std::string> topics, std::string brokers,
                       postgres::Database& pump, Handler& handler, telemetry::Metrics& metrics, LedgerReader*,
                       SubscriberSettings)
    : name_(std::move(name)),
      pump_(pump),
      handler_(handler),
      applied_(metrics.AddCounter("vefa_consumer_applied_total", "Events applied.", {{"consumer", name_}})),
      duplicates_(metrics.AddCounter("vefa_consumer_duplicates_total", "Repeats dropped.", {{"consumer", name_}})),
      gaps_(metrics.AddCounter("vefa_consumer_gaps_total", "Holes in a subject's versions.", {{"consumer", name_}})),
      parked_(metrics.AddCounter("vefa_consumer_parked_total", "Events parked.", {{"consumer", name_}})),
      lag_(metrics.AddGauge("vefa_consumer_lag", "Events not yet read.", {{"consumer", name_}})),
      consumer_(
          std::move(brokers), name_, std::move(topics),
          [this](const std::vector<kafka::Partition>& partitions) { return ReadPositions(partitions); },
          [this](const std::vector<kafka::Partition>& partitions) {
            for (const auto& partition : partitions) positions_.erase(partition);
          }),
      loop_([this] { return Step(); }) {}

Subscriber::Offsets Subscriber::ReadPositions(const std::vector<kafka::Partition>& partitions) {
  // The assignment cannot be answered without the database: wait for it, unless we are to stop.
  for (int attempt = 0;; ++attempt) {
    auto rows = pump_.Run(Scope::EveryTenant(), kReadPositions, Bound(name_), Deadline::After(kPositionsTimeout));
    Offsets known;
    if (rows.ok()) {
      for (int i = 0; i < rows->size(); ++i)
        known[{rows->String(i, 0), rows->Int32(i, 1)}] = rows->Int64(i, 2);
      Offsets start;
      for (const auto& partition : partitions) {
        auto found = known.find(partition);
        positions_[partition] = found == known.end() ? 0 : found->second;
        if (found != known.end()) start[partition] = found->second;
      }
      return start;
    }
    if (loop_.stopping()) return known;
    std::this_thread::sleep_for(Backoff(attempt, std::chrono::milliseconds(50), std::chrono::seconds(1), RandomShare()));
  }
}

std::chrono::milliseconds Subscriber::Step() {
  auto polled = consumer_.Poll(kBatchMax, kBatchWait);
  if (!polled.ok()) {
    telemetry::Fault("cannot read from Kafka", {{"consumer", name_}, {"reason", polled.error().reason}});
    return std::chrono::seconds(1);
  }
  lag_.Set(static_cast<double>(consumer_.Lag()));
  if (polled->empty()) return std::chrono::milliseconds(0);
  std::vector<Event> events;
  for (kafka::Message& message : *polled) {
    kafka::Partition at{message.topic, message.partition};
    int64_t offset = message.offset;
    auto event = FromMessage(std::move(message));
    if (event.ok()) {
      events.push_back(*std::move(event));
      continue;
    }
    // Not one of ours: nobody can apply it, and it belongs to no subject that could be parked.
    telemetry::Fault("a record is no event and is skipped",
                     {{"topic", at.first}, {"partition", at.second}, {"offset", offset}});
    parked_.Add();
  }
  if (Work(events)) {
    failures_ = 0;
    handler_.Applied();
    return std::chrono::milliseconds(0);
  }
  Rewind();
  return Backoff(failures_++, std::chrono::milliseconds(50), std::chrono::seconds(2), RandomShare());
}

void Subscriber::Rewind() {
  Offsets back = positions_;
  Status sought = consumer_.Seek(back);
  if (!sought.ok()) telemetry::Warn("cannot seek", {{"consumer", name_}, {"error", sought.error().message}});
}

bool Subscriber::Work(std::span<const Event> events) {
  if (events.empty()) return true;
  Offsets next;
  for (const Event& event : events) next[{event.topic, event.partition}] = event.offset + 1;
  Error why;
  switch (Try(events, next, why)) {
    case Outcome::kApplied:
      for (const auto& [partition, offset] : next) positions_[partition] = offset;
      return true;
    case Outcome::kFenced:
      telemetry::Warn("another reader moved the position", {{"consumer", name_}});
      (void)ReadPositions([&] {
        std::vector<kafka::Partition> partitions;
        for (const auto& [partition, offset] : next) partitions.push_back(partition);
        return partitions;
      }());
      return false;
    case Outcome::kTrouble:
      telemetry::Warn("the consumer waits for the database", {{"consumer", name_}, {"reason", why.reason}});
      return false;
    case Outcome::kPoison:
      if (events.size() == 1) return Park(events.front(), why);
      return Work(events.first(events.size() / 2)) && Work(events.subspan(events.size() / 2));
  }
  return false;
}

Subscriber::Outcome Subscriber::Try(std::span<const Event> events, const Offsets& next, Error& why) {
  auto fail = [&why](Error error) {
    why = std::move(error);
    if (why.reason == "POSITION_MOVED") return Outcome::kFenced;
    return postgres::IsTrouble(why) ? Outcome::kTrouble : Outcome::kPoison;
  };
  auto begun = pump_.Begin(ScopeOf(events), Deadline::After(kTransactionTimeout));
  if (!begun.ok()) return fail(begun.error());
  postgres::Transaction transaction = std::move(begun).value();
  Status moved = MovePositions(transaction, next);
  if (!moved.ok()) return fail(moved.error());
  auto fresh = FilterKnown(transaction, events);
  if (!fresh.ok()) return fail(fresh.error());
  if (!fresh->empty()) {
    Status done = handler_.Apply(transaction, *fresh);
    if (!done.ok()) return fail(done.error());
  }
  Status committed = transaction.Commit();
  if (!committed.ok()) return fail(committed.error());
  applied_.Add(static_cast<double>(fresh->size()));
  duplicates_.Add(static_cast<double>(events.size() - fresh->size()));
  return Outcome::kApplied;
}

Status Subscriber::MovePositions(postgres::Transaction& transaction, const Offsets& next) {
  std::vector<std::string> topics;
  std::vector<int32_t> parts;
  std::vector<int64_t> expected;
  std::vector<int64_t> offsets;
  for (const auto& [partition, offset] : next) {
    topics.push_back(partition.first);
    parts.push_back(partition.second);
    auto found = positions_.find(partition);
    expected.push_back(found == positions_.end() ? 0 : found->second);
    offsets.push_back(offset);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kMovePositions, Bound(name_, topics, parts, expected, offsets)));
  if (rows.affected() == static_cast<int64_t>(next.size())) return Ok();
  return Error{Code::kAborted, "POSITION_MOVED", "Another reader of this consumer moved the position."};
}

Result<std::vector<Event>> Subscriber::FilterKnown(postgres::Transaction& transaction, std::span<const Event> events) {
  std::map<std::pair<Uuid, std::string>, int64_t> applied;
  for (const Event& event : events) applied[{event.tenant, event.subject}] = 0;
  std::vector<Uuid> tenants;
  std::vector<std::string> subjects;
  for (const auto& [key, version] : applied) {
    tenants.push_back(key.first);
    subjects.push_back(key.second);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kReadVersions, Bound(name_, tenants, subjects)));
  std::set<std::pair<Uuid, std::string>> parked;
  for (int i = 0; i < rows.size(); ++i) {
    std::pair<Uuid, std::string> key{rows.Id(i, 0), rows.String(i, 1)};
    applied[key] = rows.Int64(i, 2);
    if (rows.Bool(i, 3)) parked.insert(key);
  }
  std::vector<Event> fresh;
  std::map<std::pair<Uuid, std::string>, const Event*> last;
  for (const Event& event : events) {
    std::pair<Uuid, std::string> key{event.tenant, event.subject};
    int64_t& version = applied[key];
    if (event.aggregate_version <= version) continue;
    if (event.aggregate_version > version + 1) {
      gaps_.Add();
      telemetry::Fault("a hole in a subject's versions",
                       {{"consumer", name_}, {"subject", event.subject}, {"have", version},
                        {"got", event.aggregate_version}});
    }
    version = event.aggregate_version;
    last[key] = &event;
    if (parked.contains(key)) {
      VEFA_TRY_OK(transaction.Execute(kPark, ParkParams(name_, event, "the subject is parked")));
    } else {
      fresh.push_back(event);
    }
  }
  if (!last.empty()) VEFA_TRY_OK(transaction.Execute(kWriteVersions, VersionParams(name_, last)));
  return fresh;
}

bool Subscriber::Park(const Event& event, const Error& why) {
  telemetry::Fault("an event cannot be applied and its subject is parked",
                   {{"consumer", name_}, {"subject", event.subject}, {"version", event.aggregate_version},
                    {"reason", why.reason}, {"error", why.message}});
  kafka::Partition at{event.topic, event.partition};
  Offsets next{{at, event.offset + 1}};
  std::map<std::pair<Uuid, std::string>, const Event*> last{{{event.tenant, event.subject}, &event}};
  auto parked = postgres::InTransaction(
      pump_, ScopeOf({&event, 1}), Deadline::After(kTransactionTimeout),
      [&](postgres::Transaction& transaction) -> Status {
        VEFA_TRY_OK(MovePositions(transaction, next));
        VEFA_TRY_OK(transaction.Execute(kPark, ParkParams(name_, event, why.reason + ": " + why.message)));
        VEFA_TRY_OK(transaction.Execute(kWriteVersions, VersionParams(name_, last)));
        return Ok();
      });
  if (!parked.ok()) return false;
  parked_.Add();
  positions_[at] = event.offset + 1;
  return true;
}

}  // namespace vefa::events
