#pragma once

#include <atomic>
#include <functional>

#include "libs/events/relay_store.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

struct RelayOptions;

// What a relay does by the clock, whether there is anything to publish or not: renews its lease, counts what waits,
// keeps the ledger's partitions. In a thread of its own, so that publishing never waits for it.
class RelayKeeper {
 public:
  // `changed` is called in the keeper's thread when there are other lanes than before. `store` and `options` outlive it.
  RelayKeeper(RelayStore& store, const RelayOptions& options, telemetry::Metrics& metrics, std::function<void()> changed);

  // Those that are ours by the last answer. Without an answer the old ones stay: to work on them is safe, to leave
  // them alone may not be needed. Thread-safe.
  Lanes lanes() const { return lanes_; }
  // Idempotent.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Step();
  void Renew();
  void Count();
  void Maintain();

  RelayStore& store_;
  const RelayOptions& options_;
  const std::function<void()> changed_;
  telemetry::Gauge& pending_;
  telemetry::Gauge& oldest_age_;
  telemetry::Gauge& lanes_held_;
  std::atomic<Lanes> lanes_;
  bool renews_ = true;  // The last renewal had an answer.
  Deadline renew_, count_, maintain_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
