#include "libs/events/subscriber_loop.h"

#include <algorithm>

#include "libs/base/backoff.h"
#include "libs/base/fault_point.h"
#include "libs/events/consumer_marks.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

constexpr size_t kLoopBatchMax = 500;
constexpr std::chrono::milliseconds kBatchWait(50);
constexpr std::chrono::milliseconds kServe(100);
constexpr std::chrono::seconds kLoopLookEvery(1);
constexpr std::chrono::seconds kAskEvery(5);
// Within a rebalance, where a stop must not wait for long.
constexpr std::chrono::seconds kPositionsTimeout(5);
constexpr size_t kTenantsMax = 100000;

Offsets ToOffsets(const postgres::Rows& rows) {
  Offsets offsets;
  for (int i = 0; i < rows.size(); ++i) offsets[{rows.String(i, 0), rows.Int32(i, 1)}] = rows.Int64(i, 2);
  return offsets;
}

int64_t OffsetOf(const Offsets& offsets, const kafka::Partition& partition) {
  auto found = offsets.find(partition);
  return found == offsets.end() ? kafka::kBeginning : found->second;
}

}  // namespace

SubscriberLoop::SubscriberLoop(std::string name, std::vector<std::string> topics, std::string brokers,
                               postgres::Database& pump, Handler& handler, telemetry::Metrics& metrics,
                               LedgerReader* ledger, SubscriberSettings settings)
    : name_(std::move(name)),
      settings_(std::move(settings)),
      pump_(pump),
      handler_(handler),
      has_ledger_(ledger != nullptr),
      metrics_(metrics, name_),
      apply_(name_, pump, handler, metrics_, settings_, has_ledger_),
      retry_(name_, pump, handler, metrics_, settings_, has_ledger_),
      limit_(settings_.parked_most, settings_.parked_window),
      consumer_(
          brokers, settings_.group.empty() ? name_ : settings_.group, std::move(topics),
          [this](const std::vector<kafka::Partition>& partitions) { return Assigned(partitions); },
          [this](const std::vector<kafka::Partition>& partitions) { Revoked(partitions); }, 
          kafka::ConsumerOptions{settings_.poll_interval, settings_.instance}),
      mender_(name_, brokers, pump, ledger, metrics_, settings_, [this] { news_ = true; }, [this] { ++given_up_; }),
      loop_([this] { return Step(); }) {}

void SubscriberLoop::Stop() {
  loop_.Stop();
  mender_.Stop();
}

std::chrono::milliseconds SubscriberLoop::Step() {
  Look();
  bool waits = Steady::now() < wait_until_;
  if (!placed_ && !waits) Place();
  if (placed_ && held_.empty() && !waits) Fill();
  if (Halted()) {
    Idle();
    return std::chrono::milliseconds(0);
  }
  if (std::exchange(due_, false)) {
    Status tried = retry_.Run([this] { return loop_.stopping(); });
    if (!tried.ok()) Wait(tried.error());
  }
  if (!held_.empty() && CheckTenants() && Work(held_.size())) failures_ = 0;
  if (apply_.TakeMends()) mender_.Wake();
  return std::chrono::milliseconds(0);
}

bool SubscriberLoop::Halted() const {
  return paused_ || !stopped_reason_.empty() || !placed_ || Steady::now() < wait_until_;
}

// Nothing is read: the batch that is held is all there is in memory, beside what librdkafka has fetched.
void SubscriberLoop::Idle() {
  bool waits = Steady::now() < wait_until_;
  // With nothing held it goes on looking for something, to know how old it is.
  if (held_.empty() && placed_ && !waits) return;
  consumer_.Pause();
  auto left = std::chrono::ceil<std::chrono::milliseconds>(wait_until_ - Steady::now());
  Status served = consumer_.Serve(waits ? std::min(kServe, std::max(left, std::chrono::milliseconds(1))) : kServe);
  if (!served.ok()) placed_ = false;
}

void SubscriberLoop::Look() {
  if (Steady::now() < look_at_ && !news_.exchange(false)) return;
  look_at_ = Steady::now() + kLoopLookEvery;
  auto state = ReadConsumerState(pump_, name_, settings_.heal_window, has_ledger_);
  if (state.ok()) Adopt(*state);
  CountParked(given_up_.exchange(0));
  Measure();
}

void SubscriberLoop::Adopt(const ConsumerState& state) {
  if (paused_ != state.paused) telemetry::Info(state.paused ? "the consumer is paused" : "the consumer goes on", {{"consumer", name_}});
  paused_ = state.paused;
  bool resumed = !stopped_reason_.empty() && state.stopped_reason.empty();
  stopped_reason_ = state.stopped_reason;
  due_ = due_ || state.due;
  if (state.incomplete || state.uncopied || state.tenant_appeared) mender_.Wake();
  if (state.gaps_unhealed > gaps_unhealed_)
    telemetry::Fault("holes in subjects' versions are not healed", {{"consumer", name_}, {"subjects", state.gaps_unhealed}});
  gaps_unhealed_ = state.gaps_unhealed;
  metrics_.parked_subjects.Set(static_cast<double>(state.parked_subjects));
  metrics_.gaps_unhealed.Set(static_cast<double>(state.gaps_unhealed));
  metrics_.stopped.Set(stopped_reason_.empty() ? 0 : 1);
  metrics_.paused.Set(paused_ ? 1 : 0);
  if (!placed_) return;
  // Somebody else moved a position of ours: an operator, or a reader that has taken over.
  bool moved = false;
  bool found = false;
  for (auto& [partition, offset] : positions_) {
    int64_t other = OffsetOf(state.positions, partition);
    if (other == offset) continue;
    telemetry::Info("a position was moved", {{"consumer", name_}, {"topic", partition.first},
                                             {"partition", partition.second}, {"from", offset}, {"to", other}});
    offset = other;
    moved = true;
    found = lost_.erase(partition) > 0 || found;
  }
  if (found && lost_.empty() && stopped_reason_ == kPositionLost) {
    Status restarted = RestartConsumer(pump_, name_, kPositionLost);
    if (restarted.ok()) stopped_reason_.clear();
  }
  if (resumed) limit_.Clear();
  // Whether what was lost is there again shows when it is read.
  if (moved || (resumed && !lost_.empty())) {
    if (resumed) lost_.clear();
    held_.Clear();
    consumer_.Seek(positions_);
  }
}

void SubscriberLoop::Measure() {
  // Fetching hears of the ends by itself.
  bool asks = Halted() && placed_ && Steady::now() >= ask_at_;
  if (asks) ask_at_ = Steady::now() + kAskEvery;
  int64_t lag = consumer_.Lag(positions_, asks);
  std::optional<Time> oldest = held_.Oldest();
  if (!oldest && lag > 0) oldest = last_record_time_;
  double age = oldest ? std::chrono::duration<double>(clock_.Now() - *oldest).count() : 0;
  lag_seconds_ = std::max(0.0, age);
  metrics_.lag.Set(static_cast<double>(lag));
  metrics_.lag_seconds.Set(lag_seconds_);
}

std::optional<Offsets> SubscriberLoop::Assigned(const std::vector<kafka::Partition>& partitions) {
  metrics_.assignments.Add();
  held_.Clear();
  lost_.clear();
  positions_.clear();
  for (const auto& partition : partitions) positions_[partition] = kafka::kBeginning;
  placed_ = false;
  if (FaultPoint("consumer.in_rebalance")) return std::nullopt;
  auto rows = pump_.Run(postgres::Scope::EveryTenant(), {ReadPositionsCall(name_)}, Deadline::After(kPositionsTimeout));
  if (!rows.ok()) return std::nullopt;
  Offsets known = ToOffsets(rows->front());
  for (auto& [partition, offset] : positions_) offset = OffsetOf(known, partition);
  placed_ = true;
  return positions_;
}

void SubscriberLoop::Revoked(const std::vector<kafka::Partition>&) {
  (void)FaultPoint("consumer.in_rebalance");
  // Eager: what is taken is everything.
  held_.Clear();
  lost_.clear();
  positions_.clear();
  placed_ = true;
}

// Reads the positions of what is assigned and goes there.
void SubscriberLoop::Place() {
  auto rows = pump_.Run(postgres::Scope::EveryTenant(), {ReadPositionsCall(name_)}, Deadline::After(kPositionsTimeout));
  if (!rows.ok()) return Wait(rows.error());
  Offsets known = ToOffsets(rows->front());
  for (auto& [partition, offset] : positions_) offset = OffsetOf(known, partition);
  held_.Clear();
  consumer_.Seek(positions_);
  placed_ = true;
}

void SubscriberLoop::Fill() {
  consumer_.Resume();
  auto polled = consumer_.Poll(kLoopBatchMax, kBatchWait);
  if (!polled.ok()) return Wait(polled.error());
  for (kafka::Partition& partition : consumer_.TakeLost()) lost_.insert(std::move(partition));
  if (!lost_.empty() && stopped_reason_.empty()) Halt(kPositionLost);
  held_.Read(*std::move(polled), positions_);
  if (held_.empty()) return;
  auto jump = held_.FindJump(positions_);
  if (jump && !reread_) {
    // Records are missing in between. That may be so; it is believed when reading again shows the same.
    telemetry::Warn("records are missing between a position and what was read",
                    {{"consumer", name_}, {"topic", jump->first.first}, {"partition", jump->first.second},
                     {"offset", jump->second}});
    reread_ = true;
    held_.Clear();
    consumer_.Seek(positions_);
    return;
  }
  reread_ = false;
}

bool SubscriberLoop::CheckTenants() {
  std::set<Uuid> unknown;
  for (const Uuid& tenant : held_.Tenants())
    if (!known_tenants_.contains(tenant)) unknown.insert(tenant);
  if (unknown.empty()) return true;
  auto rows = pump_.Run(postgres::Scope::EveryTenant(), {KnownTenantsCall(unknown)}, Deadline::After(kPositionsTimeout));
  if (!rows.ok()) {
    Wait(rows.error());
    return false;
  }
  if (known_tenants_.size() > kTenantsMax) known_tenants_.clear();
  for (int i = 0; i < rows->front().size(); ++i) {
    known_tenants_.insert(rows->front().Id(i, 0));
    unknown.erase(rows->front().Id(i, 0));
  }
  if (!unknown.empty()) held_.Refuse(unknown);
  return true;
}

// Applies the first `count` of what is held, halving at poison. False when something has to be waited for or read again.
bool SubscriberLoop::Work(size_t count) {
  if (loop_.stopping() || !stopped_reason_.empty()) return false;
  ConsumerBatch::Range range = held_.First(count);
  Error why;
  ConsumerApply::Outcome outcome = apply_.Try(range, positions_, why);
  if (outcome == ConsumerApply::Outcome::kApplied) {
    Advance(range);
    handler_.Applied();
    return true;
  }
  if (outcome != ConsumerApply::Outcome::kPoison) return Fail(outcome, why);
  if (range.size > 1) return Work(count / 2) && Work(count - count / 2);
  return ParkOne(range, why);
}

bool SubscriberLoop::ParkOne(const ConsumerBatch::Range& range, const Error& poison) {
  Error why = poison;
  auto outcome = range.events.empty() ? ConsumerApply::Outcome::kPoison : apply_.Park(range, positions_, poison, why);
  if (outcome != ConsumerApply::Outcome::kApplied) return Fail(outcome, why);
  Advance(range);
  return true;
}

void SubscriberLoop::Advance(const ConsumerBatch::Range& range) {
  for (const auto& [partition, offset] : range.next) positions_[partition] = offset;
  if (!range.events.empty()) last_record_time_ = range.events.back().record_time;
  held_.Settle(range.size);
  CountParked(apply_.TakeParked());
}

void SubscriberLoop::CountParked(size_t subjects) {
  bool many = false;
  for (; subjects > 0; --subjects) many = limit_.Add(Steady::now()) || many;
  if (many) Halt(kTooManyParked);
}

bool SubscriberLoop::Fail(ConsumerApply::Outcome outcome, const Error& why) {
  switch (outcome) {
    case ConsumerApply::Outcome::kFenced:
      // Or it was us, and the answer to the commit was lost.
      telemetry::Warn("another reader moved the position", {{"consumer", name_}});
      metrics_.fenced.Add();
      held_.Clear();
      placed_ = false;
      Wait(why);
      return false;
    case ConsumerApply::Outcome::kPoison:
      // It can neither be applied nor parked: that is not the record's fault.
      telemetry::Fault("a record can neither be applied nor parked", {{"consumer", name_}, {"reason", why.reason},
                                                                      {"error", ReasonText(why)}});
      Halt(why.reason);
      return false;
    default:
      Wait(why);
      return false;
  }
}

void SubscriberLoop::Wait(const Error& why) {
  wait_until_ = Steady::now() + Backoff(failures_++, std::chrono::milliseconds(50), std::chrono::seconds(2), RandomShare());
  if (failures_ > 1)
    telemetry::Warn("the consumer waits", {{"consumer", name_}, {"reason", why.reason}, {"tries", failures_}});
}

void SubscriberLoop::Halt(const std::string& reason) {
  telemetry::Fault("the consumer stops itself until an operator lets it go on", {{"consumer", name_}, {"reason", reason}});
  stopped_reason_ = reason;
  metrics_.stopped.Set(1);
  // When that fails the next look clears it, and it stops again for the same reason.
  Status stopped = StopConsumer(pump_, name_, reason);
  if (!stopped.ok()) Wait(stopped.error());
}

}  // namespace vefa::events
