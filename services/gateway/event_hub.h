#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/id.h"
#include "libs/events/event.h"
#include "libs/kafka/consumer.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::gateway {

// The last events of each tenant, as they came from Kafka. A place in the stream is a number that
// grows with every event this process saw. Thread-safe.
class EventRings {
 public:
  static constexpr size_t kRingSize = 1000;
  static constexpr size_t kTenantsMax = 1000;  // The one unused longest is forgotten beyond.

  // An event waiting for who wants it. Made into JSON only once somebody does.
  struct Entry {
    int64_t place = 0;
    events::Event event;
    std::string schema;  // Full name of the payload's message.
  };

  void Add(events::Event event, std::string schema);

  struct Batch {
    std::vector<std::shared_ptr<const Entry>> entries;
    bool gap = false;   // Entries after `after` are no longer here.
    int64_t place = 0;  // Where to go on: after the last entry, and after the gap.
  };
  // What came after a place for a tenant, waiting until something does; at most `most`.
  Batch After(const Uuid& tenant, int64_t after, size_t most, std::chrono::milliseconds wait);
  // The place after which the newest `count` events of a tenant come, or as many as there are.
  int64_t Back(const Uuid& tenant, size_t count);
  // Wakes whoever waits.
  void Wake() { changed_.notify_all(); }

 private:
  struct Ring {
    std::deque<std::shared_ptr<const Entry>> entries;
    int64_t dropped_to = 0;  // The newest place no longer held.
    int64_t used = 0;
  };
  Ring& RingLocked(const Uuid& tenant);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Uuid, Ring> rings_;
  int64_t place_ = 0;
  int64_t forgotten_to_ = 0;  // Up to where events of forgotten tenants may be missing.
};

// Reads every topic from Kafka, as no group, into the rings. Owns one thread.
class EventHub {
 public:
  // Starts a little before the ends of the topics.
  EventHub(std::string brokers, std::vector<std::string> topics, telemetry::Metrics& metrics);

  EventRings& rings() { return rings_; }
  // Tells the places of this process from those of another: a cursor of an earlier one is a gap.
  const std::string& epoch() const { return epoch_; }
  void Stop() {
    loop_.Stop();
    rings_.Wake();
  }

 private:
  std::chrono::milliseconds Step();

  const std::string epoch_;
  EventRings rings_;
  telemetry::Counter& events_;
  telemetry::Counter& malformed_;
  kafka::Tail tail_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

// An entry as the `data` of a server-sent event: vefa.event.v1.Event in proto JSON.
std::string EventJson(const EventRings::Entry& entry);

}  // namespace vefa::gateway
