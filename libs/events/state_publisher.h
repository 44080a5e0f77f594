#pragma once

#include <chrono>
#include <string>

#include "libs/base/id.h"
#include "libs/events/state_outbox.h"
#include "libs/kafka/fenced_producer.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

// Writes dirty states to the service's compacted topic. One process at a time by a lease, which saves
// work; that an older state never overwrites a newer one is kept by Kafka, which refuses a writer
// once another began, and by reading only after having begun. A state may be written twice. Owns one
// thread; works as the `pump` role.
class StatePublisher {
 public:
  // `source` is that of the events, with its catalogue.
  StatePublisher(postgres::Database& pump, std::string brokers, const Source& source, std::string state_topic,
                 const Clock& clock, telemetry::Metrics& metrics);
  ~StatePublisher() { Stop(); }

  // States have changed: look now. Thread-safe, never blocks.
  void Wake() { loop_.Wake(); }
  // Waits for a transaction under way, ten seconds at the longest. What is dirty, the next start publishes.
  void Stop();

 private:
  std::chrono::milliseconds Step();
  // Publishes one batch; the number of states in it.
  Result<size_t> Publish();
  Result<bool> Hold();

  StateOutbox outbox_;
  const Uuid holder_;
  kafka::FencedProducer producer_;
  telemetry::Counter& published_;
  telemetry::Counter& tombstones_;
  telemetry::Counter& fenced_;
  telemetry::Gauge& oldest_age_;
  std::chrono::steady_clock::time_point held_at_{};
  int failures_ = 0;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
