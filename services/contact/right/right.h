#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"

// The rules of what people ask for by their rights: plain values, no I/O, no clock.
namespace vefa::contact {

// The numbers of RightKind and of the states of RightsRequest in the contract, and of the table.
enum class RightKind : int16_t { kNone = 0, kAccess = 1, kPortability = 2, kRectification = 3, kRestriction = 4, kObjection = 5, kErasure = 6 };
enum class RightState : int16_t { kNone = 0, kReceived = 1, kIdentityCheck = 2, kInProgress = 3, kFulfilled = 4, kRejected = 5, kWithdrawn = 6 };

struct RightsStep {
  RightState state = RightState::kNone;
  std::string action{};  // As RightsStep of the contract names them.
  std::string reason{};
  std::string actor{};
  Time step_time{};
};

struct RightsRequest {
  Uuid id;
  Uuid contact;
  RightKind kind = RightKind::kNone;
  RightState state = RightState::kReceived;
  int16_t intake = 0;  // As the contract numbers it, as the method below.
  Time receive_time{};
  std::string profile;
  int32_t profile_version = 0;
  Time due_time{};
  std::optional<Time> extend_time;
  std::string extend_reason;
  int16_t identity_method = 0;  // 0: it was not seen who asks.
  std::string identity_checked_by;
  std::optional<Time> identity_time;
  std::vector<std::string> purposes;
  Personal<std::string> note;
  std::optional<Time> close_time;
  std::string close_reason;
  int64_t version = 0;
  Time create_time{};
  Time update_time{};
};

inline constexpr size_t kRightPurposesMax = 50;

// Whether the request may come from one state to another. What hands something out or changes it for good passes the identity check;
// what only stops things need not.
bool MayStep(RightKind kind, RightState from, RightState to);
bool IsEnd(RightState state);

// Holds what somebody says of a new request to the rules and adds every broken one, its field under `rights_request.`; tidies the note,
// sorts the purposes. Not held to here: profile and contact.
void Normalise(RightsRequest& request, Time now, std::vector<Violation>& violations);

// The person was told at `told` that it takes longer: the new due time. FAILED_PRECONDITION `EXTENSION_NONE` where the law has none,
// `EXTENSION_USED`, `EXTENSION_LATE`; `RIGHTS_STEP` of one that ended.
Result<Time> Extended(const RightsRequest& request, Time told);

}  // namespace vefa::contact
