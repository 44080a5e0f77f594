#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libs/events/consumer_control.h"
#include "libs/events/dead_letters.h"
#include "libs/events/parking_store.h"
#include "libs/events/projection.h"
#include "libs/events/subscriber.h"
#include "libs/runtime/loop.h"

namespace vefa::events {

// Prepares what a consumer parked for being tried again, in a thread of its own, because a ledger or a topic that
// does not answer must not hold the consumer up: fetches missing versions from the owner's ledger and
// lays them beside what is parked, takes up events whose tenant was not known, copies dead
// letters. It applies nothing. Owned by the subscriber.
class ConsumerMender {
 public:
  // `mended` is called from this thread when something can be tried, and `gave_up` when a subject is left to an
  // operator. `ledger` may be null.
  ConsumerMender(const std::string& consumer, const std::string& brokers, postgres::Database& pump, LedgerReader* ledger,
                 ConsumerMetrics& metrics, const SubscriberSettings& settings, std::function<void()> mended,
                 std::function<void()> gave_up);

  // There is something to do.
  void Wake() { loop_.Wake(); }
  void Stop() { loop_.Stop(); }

 private:
  // A subject of which versions are missing or whose history is in doubt.
  struct Claim {
    Uuid tenant;
    std::string subject;
    std::string topic;
    std::string kind;
    int attempts = 0;
    Watermark known;
    int64_t readable = 0;  // The first parked version that can be applied without the ledger; 0 when there is none.
    int64_t last = 0;      // The last parked version.
    Uuid incarnation;      // Of the first parked event.
  };

  std::chrono::milliseconds Step();
  Status Mend();
  Result<std::optional<Claim>> ClaimOne();
  // What the ledger says of one subject, and what follows.
  Status MendSubject(const Claim& claim);
  Status FillHole(const Claim& claim);
  Status CheckLife(const Claim& claim);
  Result<std::vector<Event>> Fetch(const Claim& claim, int64_t from, int64_t to);
  Status Add(const Claim& claim, std::span<const Event> events);
  Status Complete(const Claim& claim);
  Status GiveUp(const Claim& claim, const Error& why);
  Status TakeUp();

  const std::string& consumer_;
  postgres::Database& pump_;
  LedgerReader* const ledger_;
  ConsumerMetrics& metrics_;
  const SubscriberSettings& settings_;
  const std::function<void()> mended_;
  const std::function<void()> gave_up_;
  DeadLetters dead_letters_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
