#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/events/event.h"
#include "libs/kafka/producer.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

// Moves what is pending in the outbox to Kafka: reads in the order of ids, publishes, deletes only
// what Kafka acknowledged. A crash anywhere repeats events and loses none. Owns one thread; reads
// as the `pump` role. Two relays on one database are safe and publish duplicates.
class Relay {
 public:
  Relay(postgres::Database& pump, std::string brokers, Source source, telemetry::Metrics& metrics);

  // Something was committed: look now. Thread-safe, never blocks.
  void Wake() { loop_.Wake(); }
  // Ends without waiting for a broker that is away; what is still pending, the next start publishes.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Step();
  Result<std::vector<std::pair<int64_t, Event>>> ReadPending();
  Status DeletePublished(const std::vector<int64_t>& ids);

  postgres::Database& pump_;
  const Source source_;
  kafka::Producer producer_;
  telemetry::Counter& published_;
  telemetry::Gauge& pending_;
  telemetry::Gauge& oldest_age_;
  int failures_ = 0;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
