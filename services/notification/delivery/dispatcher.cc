#include "services/notification/delivery/dispatcher.h"

#include <cstring>

#include "libs/telemetry/log.h"

namespace vefa::notification {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSendStep{100};
constexpr milliseconds kRenewEvery{10'000};       // A third of the lease.
constexpr milliseconds kRenewTrouble{1'000};
constexpr milliseconds kDrain{8'000};
constexpr milliseconds kRateSpan{100};
constexpr milliseconds kHoldLeast{1'000};
constexpr std::chrono::seconds kDispatchTimeout{10};

const char* NameOf(MessageState state) {
  switch (state) {
    case MessageState::kDelivered:
      return "delivered";
    case MessageState::kBounced:
      return "bounced";
    case MessageState::kFailed:
      return "failed";
    case MessageState::kUnknown:
      return "unknown";
    case MessageState::kDeferred:
      return "deferred";
    case MessageState::kRefused:
    case MessageState::kAccepted:
      break;
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<Dispatcher>> Dispatcher::Start(postgres::Database& pump, Recipients& recipients,
                                                      const TokenKey& key, DispatcherSettings settings,
                                                      const Clock& clock, telemetry::Metrics& metrics,
                                                      std::function<void()> committed) {
  VEFA_TRY(auto flights, FlightFile::Open(settings.state_folder));
  return std::unique_ptr<Dispatcher>(new Dispatcher(pump, recipients, key, std::move(settings), std::move(flights), clock,
                                                    metrics, std::move(committed)));
}

Dispatcher::Dispatcher(postgres::Database& pump, Recipients& recipients, const TokenKey& key, DispatcherSettings settings,
                       std::unique_ptr<FlightFile> flights, const Clock& clock, telemetry::Metrics& metrics,
                       std::function<void()> committed)
    : pump_(pump),
      settings_(std::move(settings)),
      clock_(clock),
      flights_(std::move(flights)),
      leases_(pump, flights_->owner()),
      preparer_(pump, recipients, key, clock_, settings_.mail),
      pool_(settings_.smtp, *this),
      lanes_metric_(metrics.AddGauge("vefa_notification_lanes_held", "Lanes this process delivers.")),
      holds_metric_(HoldMetric(metrics, "delivery")),
      in_flight_metric_(metrics.AddGauge("vefa_notification_in_flight", "Messages handed to the sender and not ended.")),
      next_take_(std::chrono::steady_clock::now()),
      rate_since_(next_take_) {
  for (auto state : {MessageState::kDelivered, MessageState::kBounced, MessageState::kFailed, MessageState::kUnknown,
                     MessageState::kDeferred})
    ended_metrics_[static_cast<size_t>(state)] = &metrics.AddCounter(
        "vefa_notification_attempts_total", "Messages that came to an end of an attempt.", {{"state", NameOf(state)}});
  StartThreads(metrics, std::move(committed));
}

void Dispatcher::StartThreads(telemetry::Metrics& metrics, std::function<void()> committed) {
  writer_ = std::make_unique<ResultWriter>(pump_, book_, *flights_, clock_, metrics,
                                           [this, committed = std::move(committed)] {
                                             committed();
                                             Wake();
                                           });
  lease_loop_ = std::make_unique<runtime::Loop>([this] { return LeaseStep(); });
  send_loop_ = std::make_unique<runtime::Loop>([this] {
    pool_.Step(kSendStep);
    return milliseconds(0);
  });
  feed_loop_ = std::make_unique<runtime::Loop>([this] { return Feed(); });
  feeder_ = feed_loop_.get();
}

Dispatcher::~Dispatcher() { Stop(); }

milliseconds Dispatcher::LeaseStep() {
  Status renewed = leases_.Renew();
  lanes_metric_.Set(static_cast<double>(leases_.Held().size()));
  in_flight_metric_.Set(in_flight_);
  if (renewed.ok()) return kRenewEvery;
  telemetry::Warn("the leases could not be renewed", {{"reason", renewed.error().reason}});
  return kRenewTrouble;
}

void Dispatcher::Stop() {
  if (stopped_) return;
  stopped_ = true;
  feeder_ = nullptr;
  feed_loop_->Stop();
  {
    std::unique_lock lock(drained_mutex_);
    drained_.wait_for(lock, kDrain, [this] { return in_flight_ == 0; });
  }
  send_loop_->Stop();
  pool_.Close();
  writer_->Stop();
  lease_loop_->Stop();
  // With every result recorded, what is left in our windows was certainly not sent: the next owner
  // need not wonder, even without our flight file.
  if (writer_->waiting() == 0)
    for (const LaneLeases::Lane& lane : leases_.Held()) {
      Status dropped = DropWindows(pump_, {lane.id, lane.epoch + 1}, Deadline::After(kDispatchTimeout));
      if (!dropped.ok()) telemetry::Warn("windows were left open", {{"reason", dropped.error().reason}});
    }
  leases_.GiveUp();
}

bool Dispatcher::MayStart(uint64_t ticket) {
  auto active = book_.Find(ticket);
  return active != nullptr && leases_.Holds(active->chunk.lane, active->epoch);
}

bool Dispatcher::MayEnd(uint64_t ticket) {
  auto active = book_.Find(ticket);
  if (active == nullptr || !leases_.Holds(active->chunk.lane, active->epoch)) return false;
  flights_->Mark(active->slot, active->chunk.id, active->epoch, WorkBook::OrdOf(ticket), Flight::kDot);
  return true;
}

void Dispatcher::Requeued(uint64_t ticket) {
  auto active = book_.Find(ticket);
  if (active != nullptr)
    flights_->Mark(active->slot, active->chunk.id, active->epoch, WorkBook::OrdOf(ticket), Flight::kNothing);
}

void Dispatcher::Ended(uint64_t ticket, smtp::Outcome outcome) {
  auto active = book_.Find(ticket);
  VEFA_CHECK(active != nullptr);
  int ord = WorkBook::OrdOf(ticket);
  smtp::Fate fate = outcome.verdict.fate;
  Flight flight = fate == smtp::Fate::kAccepted ? Flight::kAccepted : Flight::kRefused;
  if (fate == smtp::Fate::kQueued) flight = Flight::kNothing;
  if (fate != smtp::Fate::kUnknown) flights_->Mark(active->slot, active->chunk.id, active->epoch, ord, flight);
  if (fate == smtp::Fate::kQueued) {
    book_.Hold(active);
    book_.Settle(active, 1);
  } else {
    writer_->Add({EntryOf(active, ord, std::move(outcome))});
  }
  CountRate(1);
  if (--in_flight_ == 0) {
    std::lock_guard lock(drained_mutex_);
    drained_.notify_all();
  }
  if (HasRoom()) Wake();
}

ResultWriter::Entry Dispatcher::BareEntry(const std::shared_ptr<ActiveChunk>& active, int ord) const {
  ResultWriter::Entry entry;
  entry.chunk = active;
  entry.result.chunk = active->chunk.id;
  entry.result.ord = ord;
  entry.result.info = active->chunk.InfoOf(ord);
  entry.result.finish_time = clock_.Now();
  entry.result.traceparent = active->chunk.traceparent;
  return entry;
}

ResultWriter::Entry Dispatcher::HeldEntry(const std::shared_ptr<ActiveChunk>& active, int ord, Time until) {
  ResultWriter::Entry entry = BareEntry(active, ord);
  entry.result.state = MessageState::kDeferred;
  entry.result.text = kQuietHours;
  // The database says when a chunk is due, and its clock may be a little ahead of ours.
  entry.retry_wait = kHoldLeast;
  entry.hold_until = until;
  holds_metric_.Add();
  return entry;
}

ResultWriter::Entry Dispatcher::EntryOf(const std::shared_ptr<ActiveChunk>& active, int ord, smtp::Outcome outcome) {
  const Chunk& chunk = active->chunk;
  ResultWriter::Entry entry = BareEntry(active, ord);
  MessageResult& result = entry.result;
  result.code = outcome.code;
  result.enhanced = std::move(outcome.enhanced);
  result.text = std::move(outcome.text);
  result.suppress = outcome.verdict.suppress;
  result.address_hash = active->address_hashes[static_cast<size_t>(ord)];
  switch (outcome.verdict.fate) {
    case smtp::Fate::kAccepted:
      result.state = MessageState::kDelivered;
      break;
    case smtp::Fate::kBounced:
      result.state = MessageState::kBounced;
      break;
    case smtp::Fate::kFailed:
      result.state = MessageState::kFailed;
      break;
    case smtp::Fate::kUnknown:
      result.state = MessageState::kUnknown;
      break;
    case smtp::Fate::kQueued:
    case smtp::Fate::kDeferred: {
      auto age = std::chrono::duration_cast<milliseconds>(clock_.Now() - chunk.create_time);
      auto wait = settings_.schedule.Wait(chunk.attempt, age, outcome.verdict.reason);
      result.state = wait ? MessageState::kDeferred : MessageState::kFailed;
      entry.retry_wait = wait.value_or(milliseconds(0));
      break;
    }
  }
  ended_metrics_[static_cast<size_t>(result.state)]->Add();
  return entry;
}

void Dispatcher::CountRate(int ended) {
  rate_count_ += ended;
  auto now = std::chrono::steady_clock::now();
  auto span = now - rate_since_;
  if (span < kRateSpan) return;
  double measured = rate_count_ / std::chrono::duration<double>(span).count();
  rate_ = 0.5 * rate_ + 0.5 * measured;
  rate_since_ = now;
  rate_count_ = 0;
}

}  // namespace vefa::notification
