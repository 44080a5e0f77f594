#pragma once

#include <string>

#include "services/notification/smtp/reply.h"

namespace vefa::notification::smtp {

// Where in the conversation something happened to a message.
enum class Stage { kConnect, kGreeting, kHello, kMail, kRcpt, kData, kDot };

// What becomes of a message.
enum class Fate {
  kAccepted,  // The server took it.
  kQueued,    // Certainly not sent; try again at once on a new connection.
  kDeferred,  // Certainly not sent; try again by the schedule.
  kFailed,    // Given up; says nothing about the address.
  kBounced,   // Given up because of the address.
  kUnknown,   // The final dot may have been read and no answer came: never sent again.
};

// A fate with its class, a word of a closed set that metrics and reports group by.
struct Verdict {
  Fate fate = Fate::kUnknown;
  const char* reason = "";    // `bad_mailbox`, `greylist`, `net`, …
  bool suppress = false;      // The address is dead: never write to it again.
};

// What a reply to a stage makes of the message (the table is in the README).
Verdict Classify(Stage stage, const Reply& reply);

// What a connection that ended without a reply makes of the message. `dot_written` is whether the
// last octet of the final dot was handed to the kernel.
Verdict Lost(bool dot_written);

}  // namespace vefa::notification::smtp
