#include "libs/events/state_publisher.h"

#include "libs/base/backoff.h"
#include "libs/base/fault_point.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPublisherTimeout(10);
constexpr std::chrono::seconds kReleaseTimeout(2);
constexpr std::chrono::milliseconds kBeginTimeout(10'000);
// The lease lives ten seconds.
constexpr std::chrono::seconds kHoldAgainAfter(3);
constexpr std::chrono::milliseconds kIdle(500);
constexpr std::chrono::milliseconds kStandBy(2'000);

}  // namespace

StatePublisher::StatePublisher(postgres::Database& pump, std::string brokers, const Source& source,
                               std::string state_topic, const Clock& clock, telemetry::Metrics& metrics)
    : outbox_(pump, source, std::move(state_topic)),
      holder_(NewUuidV7(clock)),
      producer_(std::move(brokers), "vefa-" + source.service + "-state"),
      published_(metrics.AddCounter("vefa_state_published_total", "States written to the state topic.")),
      tombstones_(metrics.AddCounter("vefa_state_tombstones_total", "Of those, states that say a subject was erased.")),
      fenced_(metrics.AddCounter("vefa_state_fenced_total", "Batches refused because another process had begun to write.")),
      oldest_age_(metrics.AddGauge("vefa_state_oldest_age_seconds", "How long the oldest unpublished state waits.")),
      loop_([this] { return Step(); }) {}

void StatePublisher::Stop() {
  loop_.Stop();
  if (held_at_ == steady_clock::time_point()) return;
  held_at_ = {};
  Status released = outbox_.Release(holder_, Deadline::After(kReleaseTimeout));
  if (!released.ok()) telemetry::Warn("another may publish states in ten seconds only", {{"reason", released.error().reason}});
}

Result<bool> StatePublisher::Hold() {
  if (held_at_ != steady_clock::time_point() && steady_clock::now() < held_at_ + kHoldAgainAfter) return true;
  auto asked_at = steady_clock::now();
  VEFA_TRY(bool held, outbox_.Hold(holder_, Deadline::After(kPublisherTimeout)));
  held_at_ = held ? asked_at : steady_clock::time_point();
  return held;
}

Result<size_t> StatePublisher::Publish() {
  VEFA_TRY_OK(producer_.Begin(kBeginTimeout));
  VEFA_TRY(StateOutbox::Batch batch, outbox_.Read(Deadline::After(kPublisherTimeout)));
  oldest_age_.Set(batch.oldest_age_seconds);
  if (batch.records.empty()) return size_t{0};
  if (FaultPoint("state.after_read")) return Unavailable("FAULT", "A test let this fail.");
  VEFA_TRY_OK(producer_.Publish(batch.records));
  published_.Add(static_cast<double>(batch.records.size()));
  tombstones_.Add(static_cast<double>(batch.tombstones));
  if (FaultPoint("state.after_publish")) return Unavailable("FAULT", "A test let this fail.");
  VEFA_TRY_OK(outbox_.MarkClean(batch, Deadline::After(kPublisherTimeout)));
  return batch.records.size();
}

std::chrono::milliseconds StatePublisher::Step() {
  auto held = Hold();
  if (held.ok() && !*held) {
    oldest_age_.Set(0);
    return kStandBy;
  }
  Result<size_t> done = held.ok() ? Publish() : Result<size_t>(held.error());
  if (done.ok()) {
    failures_ = 0;
    return *done > 0 ? std::chrono::milliseconds(0) : kIdle;
  }
  if (done.error().reason == "PRODUCER_FENCED") fenced_.Add();
  telemetry::Warn("states wait to be published",
                  {{"reason", done.error().reason}, {"error", done.error().message}, {"failures", failures_}});
  return Backoff(failures_++, std::chrono::milliseconds(100), std::chrono::seconds(5), RandomShare());
}

}  // namespace vefa::events
