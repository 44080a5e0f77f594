#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "services/notification/gate.h"

namespace vefa::notification {

// Where a message is. The numbers are stored and are those of the proto; kDeferred is of one
// attempt only, the message itself is still kAccepted then.
enum class MessageState : short {
  kRefused = 1,
  kAccepted = 2,
  kDelivered = 3,
  kBounced = 4,
  kFailed = 5,
  kUnknown = 6,
  kDeferred = 7,
};

enum class SuppressionReason : short { kHardBounce = 1, kUnsubscribed = 2 };

// What a message and each of its events is about.
struct MessageInfo {
  Uuid id;
  Uuid contact;
  std::string originator;
  std::string purpose;
  short channel = 1;
};

// A message with its decision and, once known, its outcome.
struct Message {
  MessageInfo info;
  std::string send_key;
  Refusal refusal = Refusal::kNone;
  int policy_version = 0;
  MessageState state = MessageState::kAccepted;
  std::string reply;  // `550 5.1.1 No such mailbox`
  Time create_time;
  Time finish_time;   // Zero while it waits.
  std::optional<Time> hold_until{};  // Until when it was last held back for its person's quiet hours.
};

struct Suppression {
  Uuid contact;
  short channel = 1;
  SuppressionReason reason = SuppressionReason::kHardBounce;
  std::string purpose;  // Empty: for every purpose.
  Time create_time;
};

// `campaigns/win-back`: a collection and an id of letters, digits, `-`, `_` and `.`. It goes into
// a header of every mail, so nothing else may.
bool IsOriginator(const std::string& text);

// What the console and the ledger show of a reply: `550 5.1.1 No such mailbox`.
std::string ReplyLine(int code, const std::string& enhanced, const std::string& text);
// The part of it that may be told to others, without the server's words: `550 5.1.1`.
std::string ReplyCode(int code, const std::string& enhanced, const std::string& text);

}  // namespace vefa::notification
