#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "libs/events/handler.h"
#include "libs/kafka/consumer.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

class LedgerReader;

// What a subscription is held to. The defaults are those of the product; tests are in more of a hurry.
struct SubscriberSettings {
  // Where parked events and unreadable records are copied to; empty: nowhere.
  std::string dead_letter_topic = "vefa.dlq.v1";
  // When a parked subject is tried again, by the number of tries; then an operator has to decide.
  std::vector<std::chrono::milliseconds> retries{std::chrono::minutes(1), std::chrono::minutes(5),
                                                 std::chrono::minutes(30), std::chrono::hours(2)};
  // More subjects than this parked within this time: the consumer stops itself.
  size_t parked_most = 100;
  std::chrono::milliseconds parked_window = std::chrono::minutes(5);
  // A hole in a subject's versions that is not healed after this time is alarmed.
  std::chrono::milliseconds heal_window = std::chrono::seconds(60);
  // Without a poll for this long Kafka takes the partitions away.
  std::chrono::milliseconds poll_interval = std::chrono::minutes(5);
};

// Reads topics and applies their events: up to 500 in one transaction with the position of each
// partition (compared and moved, so a stalled twin cannot apply twice) and the version of each
// subject. A repeat is dropped, a hole is alarmed, a poison event parks its own subject while all
// others go on, and a database in trouble is waited for, never taken for poison.
class Subscriber {
 public:
  // `name` is the consumer's name for ever, for example `interaction.timeline.v1`.
  // Without a `ledger` holes are alarmed and parked, and not healed.
  Subscriber(std::string name, std::vector<std::string> topics, std::string brokers, postgres::Database& pump,
             Handler& handler, telemetry::Metrics& metrics, LedgerReader* ledger = nullptr,
             SubscriberSettings settings = {});

  void Stop() { loop_.Stop(); }
  // How old the oldest event read and not yet applied is; 0 when there is none. Thread-safe.
  double lag_seconds() const { return 0; }

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
