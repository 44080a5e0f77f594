#pragma once

#include <string>

namespace vefa::notification {

// Why a message may not be sent. The numbers are stored; the order is the order of the checks.
enum class Refusal : short {
  kNone = 0,
  kContactUnknown = 1,
  kNoAddress = 2,
  kSuppressed = 3,
  kNoConsent = 4,
  kConsentWithdrawn = 5,
};

// What the contact said about the purpose on the channel.
enum class ConsentState { kNeverAsked = 0, kGranted = 1, kWithdrawn = 2 };

// What is known of a recipient at the moment of the decision.
struct RecipientFacts {
  bool contact_exists = false;
  bool has_address = false;
  bool suppressed = false;
  ConsentState consent = ConsentState::kNeverAsked;
};

// The version of the rules in Decide. It is ledgered with every decision: whoever changes a rule or
// the order raises it.
inline constexpr int kPolicyVersion = 1;

// The policy gate: the one place that says whether a message may be sent. Asked when a message is
// submitted and again right before it leaves.
Refusal Decide(const RecipientFacts& facts);

// The machine-readable name, for example `NO_CONSENT`; "" for kNone.
const char* RefusalName(Refusal refusal);
// The refusal of a name; kNone for one that is not known.
Refusal RefusalOf(const std::string& name);

}  // namespace vefa::notification
