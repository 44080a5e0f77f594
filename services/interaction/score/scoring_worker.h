#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/interaction/score/run_store.h"

namespace vefa::interaction {

// Does the scoring runs that wait, one after the other. A run is leased while it is worked on; a
// process that dies leaves a lease that ends, and the next worker goes on with the same models.
// Owns one thread; works as the `pump` role.
class ScoringWorker {
 public:
  // `relay` is woken after each chunk; nullptr in tests without one.
  ScoringWorker(postgres::Database& pump, events::Relay* relay, const Clock& clock, telemetry::Metrics& metrics);

  // A run was asked for: look now. Thread-safe, never blocks.
  void Wake() { loop_.Wake(); }
  // Ends after the chunk under way and gives the run back.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Step();
  // Does one run. CANCELLED `STOPPING` when it was left because of Stop.
  Status Work(const ClaimedRun& claimed);
  // Decides what becomes of a run that was not finished.
  void PutDown(const ClaimedRun& claimed, const Error& why);
  void WakeRelay() const {
    if (relay_ != nullptr) relay_->Wake();
  }

  postgres::Database& pump_;
  events::Relay* relay_;
  const Clock& clock_;
  const Uuid owner_;
  telemetry::Counter& succeeded_;
  telemetry::Counter& failed_;
  telemetry::Counter& scored_;
  telemetry::Histogram& duration_;
  int failures_ = 0;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::interaction
