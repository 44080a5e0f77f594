#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/base/id.h"

// What becomes of the people in an audience: plain values, no I/O.
namespace vefa::campaign {

// Where a recipient's message is. A state only ever moves forward: from waiting to refused or
// accepted, from accepted (or straight from waiting, when the news of an outcome came first) to one
// of the four outcomes.
enum class RecipientState : int16_t {
  kWaiting = 0,
  kRefused = 1,
  kAccepted = 2,
  kDelivered = 3,
  kBounced = 4,
  kFailed = 5,
  kUnknown = 6,
};

// Whether `next` is news for a recipient in state `now`.
bool Follows(RecipientState now, RecipientState next);

// What one decision or event says of one recipient. It comes from notification's answer or from its
// events, whichever is first; both say the same.
struct Outcome {
  Uuid tenant;
  std::string campaign;  // Its slug.
  Uuid contact;
  Uuid message;
  RecipientState state = RecipientState::kWaiting;
  std::string reason;  // Of a refusal.
};

// One outcome per recipient, the furthest, ordered by recipient so that two transactions lock in
// the same order.
std::vector<Outcome> Furthest(const std::vector<Outcome>& outcomes);

// How many recipients are in a state for a reason.
struct Tally {
  RecipientState state = RecipientState::kWaiting;
  std::string reason;
  int64_t count = 0;
};

// The numbers of a campaign; they add up because each recipient is counted in one state.
struct Progress {
  int64_t audience = 0;
  int64_t requested = 0;
  int64_t accepted = 0;
  std::map<std::string, int64_t> refused;
  int64_t delivered = 0;
  int64_t bounced = 0;
  int64_t failed = 0;
  int64_t unknown = 0;

  void Add(const Tally& tally);
  int64_t waiting() const { return audience - requested; }
  int64_t under_way() const { return accepted - delivered - bounced - failed - unknown; }
  // Everyone was submitted and every accepted message has its outcome.
  bool over() const { return waiting() == 0 && under_way() == 0; }
};

}  // namespace vefa::campaign
