#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "libs/events/handler.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

class LedgerReader;
class SubscriberLoop;

// What a subscription is held to. The defaults are those of the product; tests are in more of a hurry.
struct SubscriberSettings {
  // Kafka's group; the consumer's name unless a test wants twins that do not know of each other.
  std::string group = {};
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
  // The process' name among its replicas, which it keeps when it is started again (kafka::ConsumerOptions); or empty.
  std::string instance = {};
};

// Reads topics and applies their events: up to 500 in one transaction with the position of each
// partition (compared and moved, so a stalled twin cannot apply twice) and the version of each
// subject. A repeat is dropped. A poison event parks its own subject while all others go on, and it is
// tried again later; a hole is healed from the owner's ledger. A record that is no event is refused and
// kept. A database in trouble is waited for, never taken for poison. Two threads: one applies, one fetches
// from ledgers and copies to the dead letter topic; each uses one of the pump's connections at a time.
class Subscriber {
 public:
  // `name` is the consumer's name for ever, for example `interaction.timeline.v1`. Without a `ledger`
  // holes are alarmed and parked, and not healed. What is passed must outlive the subscriber.
  Subscriber(std::string name, std::vector<std::string> topics, std::string brokers, postgres::Database& pump,
             Handler& handler, telemetry::Metrics& metrics, LedgerReader* ledger = nullptr,
             SubscriberSettings settings = {});
  ~Subscriber();

  // Ends both threads after the transaction they are at. Idempotent.
  void Stop();
  // How old the oldest event read and not yet applied is; 0 when there is none. Thread-safe.
  double lag_seconds() const;

 private:
  std::unique_ptr<SubscriberLoop> loop_;
};

}  // namespace vefa::events
