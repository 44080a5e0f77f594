#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/events/event.h"

namespace vefa::events {

// An aggregate of a tenant.
using SubjectKey = std::pair<Uuid, std::string>;

// What a consumer knows of a subject: the last version it applied, and whether it stands still.
struct Watermark {
  int64_t version = 0;
  Uuid event_id;     // Nil when it is not known which event had that version.
  Uuid incarnation;  // Of the database that recorded it; nil when the event did not say.
  bool parked = false;
};

// What becomes of one event.
enum class Verdict {
  kApply,      // The next version.
  kDuplicate,  // Known already, or outlived.
  kFork,       // Another event under the version applied last: two histories. Parks the subject.
  kRestored,   // A known version out of a later life of the owner's database: it was put back to an earlier
               // point, and what was applied beyond that point may never have happened. Parks the subject until
               // the ledger says; a replay of what both lives share looks the same.
  kGap,        // Versions before it are missing. Parks the subject until they are fetched.
  kParked,     // Its subject stands still; it joins what waits.
};

Verdict Judge(const Event& event, const Watermark& known);

// Whether an event is of a life of its owner's database that was over before what is known was recorded.
// In a topic nothing new follows like that: what the earlier life recorded and published stands before all of the
// later one, and the later one publishes the rest again. A stalled relay sent it, of a history that may be undone.
bool IsOutlived(const Event& event, const Watermark& known);

// Where a batch comes from.
enum class Order {
  kLog,     // A topic, in the order of its records: what is outlived is dropped.
  kWaited,  // Parked events, in the order of versions: those of an earlier life stand behind what was read after them.
};

// A batch sorted out against the watermarks, in its order. Pure; used by Subscriber and by the
// simulation in tests/simulation. What waits of a parked subject is held once, by version.
struct BatchPlan {
  std::vector<const Event*> apply;
  std::vector<std::pair<const Event*, Verdict>> park;  // kFork, kRestored, kGap, kParked.
  std::map<SubjectKey, Watermark> moved;               // New watermarks of what is applied, and of what was parked now.
  size_t duplicates = 0;
};
BatchPlan PlanBatch(std::span<const Event> events, std::map<SubjectKey, Watermark> known, Order order = Order::kLog);

// How long after its `attempts`th try a parked subject is tried again; nothing when an operator has to decide.
std::optional<std::chrono::milliseconds> NextAttempt(std::span<const std::chrono::milliseconds> retries, int attempts);

// Notices that so much is parked within a while that it is no longer about single subjects. One thread.
class ParkingLimit {
 public:
  ParkingLimit(size_t most, std::chrono::milliseconds window) : most_(most), window_(window) {}
  // One more subject is parked. True when that is more than may be.
  bool Add(std::chrono::steady_clock::time_point now);
  void Clear() { times_.clear(); }

 private:
  const size_t most_;
  const std::chrono::milliseconds window_;
  std::deque<std::chrono::steady_clock::time_point> times_;  // At most `most_` + 1.
};

}  // namespace vefa::events
