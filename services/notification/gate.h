#pragma once

#include <optional>
#include <string>

#include "libs/base/clock.h"

namespace vefa::notification {

// Why a message may not be sent. The numbers are stored; the order is the order of the checks.
enum class Refusal : short {
  kNone = 0,
  kContactUnknown = 1,
  kNoAddress = 2,
  kSuppressed = 3,
  kNoConsent = 4,
  kConsentWithdrawn = 5,
  kConsentPending = 6,
  kConfirmationNotWanted = 7,
  kPaused = 8,
  kFrequencyCap = 9,
};

// What the contact said about the purpose on the channel.
// The numbers are vefa.contact.v1.Consent.State.
enum class ConsentState { kNeverAsked = 0, kGranted = 1, kWithdrawn = 2, kRefused = 3, kExpired = 4, kPending = 5 };

// What is known of a recipient at the moment of the decision.
struct RecipientFacts {
  bool contact_exists = false;
  bool has_address = false;
  bool suppressed = false;
  ConsentState consent = ConsentState::kNeverAsked;
  bool paused = false;            // The person wants to hear nothing for a while.
  bool asks_to_confirm = false;   // The message is the question of a double opt-in, and nothing else.
  bool can_confirm = false;       // The person has a consent to confirm, and a link that still does.
  bool needs_no_consent = false;  // Contact allows it by another basis than an agreement.
  bool essential = false;         // That basis is a contract or the law: what the person wishes of messages does not bind it.
  bool limit_reached = false;     // As many as the person wants were handed over, or are on their way.
  std::optional<Time> quiet_until{};  // When the person's quiet hours end that it is in.
};

// The version of the rules in Decide. It is ledgered with every decision: whoever changes a rule or
// the order raises it.
inline constexpr int kPolicyVersion = 3;

// What the gate says: refused, or to be sent, and then not before a moment at which it is decided anew, or now.
struct GateAnswer {
  Refusal refusal = Refusal::kNone;
  std::optional<Time> hold_until{};

  bool operator==(const GateAnswer&) const = default;
};
// Why a message that was not refused waits, as callers are told.
inline constexpr char kQuietHours[] = "QUIET_HOURS";

// The policy gate: the one place that says whether a message may be sent. What asks to confirm goes to those who wait to be asked, and
// everything else to those who agreed, or whose agreement is not needed, and who want to hear, so often and at that hour. Asked when a
// message is submitted and again right before it leaves.
GateAnswer Decide(const RecipientFacts& facts);

// The machine-readable name, for example `NO_CONSENT`; "" for kNone.
const char* RefusalName(Refusal refusal);
// The refusal of a name; kNone for one that is not known.
Refusal RefusalOf(const std::string& name);

}  // namespace vefa::notification
