#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "libs/events/event.h"
#include "libs/kafka/consumer.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

// What a service does with other services' events. One per subscription; called by its thread only.
class Handler {
 public:
  virtual ~Handler() = default;
  // Applies a batch in the transaction it is given, set-based. Events come in the order of their
  // versions per subject, each exactly once in effect. An unknown type is left alone. An error
  // that is not the database's trouble makes the batch be halved until the guilty event is found.
  virtual Status Apply(postgres::Transaction& transaction, std::span<const Event> events) = 0;
  // After the commit: wake whoever works on what was written. Must not fail or block.
  virtual void Applied() {}
};

// Reads topics and applies their events: up to 500 in one transaction with the position of each
// partition (compared and moved, so a stalled twin cannot apply twice) and the version of each
// subject. A repeat is dropped, a hole is alarmed, a poison event parks its own subject while all
// others go on, and a database in trouble is waited for, never taken for poison.
class Subscriber {
 public:
  // `name` is the consumer's name for ever, for example `interaction.timeline.v1`.
  Subscriber(std::string name, std::vector<std::string> topics, std::string brokers, postgres::Database& pump,
             Handler& handler, telemetry::Metrics& metrics);

  void Stop() { loop_.Stop(); }

 private:
  using Offsets = std::map<kafka::Partition, int64_t>;
  // One outcome of trying a range.
  enum class Outcome { kApplied, kPoison, kTrouble, kFenced };

  std::chrono::milliseconds Step();
  Offsets ReadPositions(const std::vector<kafka::Partition>& partitions);
  Outcome Try(std::span<const Event> events, const Offsets& next, Error& why);
  // Tries a range, halving it at poison; false when it must be read again.
  bool Work(std::span<const Event> events);
  bool Park(const Event& event, const Error& why);
  Result<std::vector<Event>> FilterKnown(postgres::Transaction& transaction, std::span<const Event> events);
  Status MovePositions(postgres::Transaction& transaction, const Offsets& next);
  void Rewind();

  const std::string name_;
  postgres::Database& pump_;
  Handler& handler_;
  telemetry::Counter& applied_;
  telemetry::Counter& duplicates_;
  telemetry::Counter& gaps_;
  telemetry::Counter& parked_;
  telemetry::Gauge& lag_;
  Offsets positions_;  // The next offset of each assigned partition, as committed.
  int failures_ = 0;
  kafka::Consumer consumer_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
