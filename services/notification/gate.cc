#include "services/notification/gate.h"

namespace vefa::notification {
namespace {

// Whether the person may be written to at all.
Refusal Permission(const RecipientFacts& facts) {
  if (!facts.contact_exists) return Refusal::kContactUnknown;
  if (!facts.has_address) return Refusal::kNoAddress;
  if (facts.suppressed) return Refusal::kSuppressed;
  if (facts.asks_to_confirm) return facts.can_confirm ? Refusal::kNone : Refusal::kConfirmationNotWanted;
  if (facts.needs_no_consent) return Refusal::kNone;
  switch (facts.consent) {
    case ConsentState::kGranted: return Refusal::kNone;
    case ConsentState::kWithdrawn: return Refusal::kConsentWithdrawn;
    case ConsentState::kPending: return Refusal::kConsentPending;
    case ConsentState::kNeverAsked:
    case ConsentState::kRefused:
    case ConsentState::kExpired: return Refusal::kNoConsent;
  }
  return Refusal::kNoConsent;
}

}  // namespace

GateAnswer Decide(const RecipientFacts& facts) {
  if (Refusal refusal = Permission(facts); refusal != Refusal::kNone) return {refusal, {}};
  if (facts.asks_to_confirm || facts.essential) return {};
  if (facts.paused) return {Refusal::kPaused, {}};
  if (facts.limit_reached) return {Refusal::kFrequencyCap, {}};
  return {Refusal::kNone, facts.quiet_until};
}

const char* RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone: return "";
    case Refusal::kContactUnknown: return "CONTACT_UNKNOWN";
    case Refusal::kNoAddress: return "NO_ADDRESS";
    case Refusal::kSuppressed: return "SUPPRESSED";
    case Refusal::kNoConsent: return "NO_CONSENT";
    case Refusal::kConsentWithdrawn: return "CONSENT_WITHDRAWN";
    case Refusal::kConsentPending: return "CONSENT_PENDING";
    case Refusal::kConfirmationNotWanted: return "CONFIRMATION_NOT_WANTED";
    case Refusal::kPaused: return "PAUSED";
    case Refusal::kFrequencyCap: return "FREQUENCY_CAP";
  }
  return "";
}

Refusal RefusalOf(const std::string& name) {
  for (short n = 1; n <= static_cast<short>(Refusal::kFrequencyCap); ++n)
    if (name == RefusalName(static_cast<Refusal>(n))) return static_cast<Refusal>(n);
  return Refusal::kNone;
}

}  // namespace vefa::notification
