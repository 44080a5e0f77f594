#include "services/notification/gate.h"

namespace vefa::notification {

Refusal Decide(const RecipientFacts& facts) {
  if (!facts.contact_exists) return Refusal::kContactUnknown;
  if (!facts.has_address) return Refusal::kNoAddress;
  if (facts.suppressed) return Refusal::kSuppressed;
  if (facts.asks_to_confirm) return facts.can_confirm ? Refusal::kNone : Refusal::kConfirmationNotWanted;
  if (facts.needs_no_consent) return facts.paused ? Refusal::kPaused : Refusal::kNone;
  switch (facts.consent) {
    case ConsentState::kGranted: return facts.paused ? Refusal::kPaused : Refusal::kNone;
    case ConsentState::kWithdrawn: return Refusal::kConsentWithdrawn;
    case ConsentState::kPending: return Refusal::kConsentPending;
    case ConsentState::kNeverAsked:
    case ConsentState::kRefused:
    case ConsentState::kExpired: return Refusal::kNoConsent;
  }
  return Refusal::kNoConsent;
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
  }
  return "";
}

Refusal RefusalOf(const std::string& name) {
  for (short n = 1; n <= static_cast<short>(Refusal::kPaused); ++n)
    if (name == RefusalName(static_cast<Refusal>(n))) return static_cast<Refusal>(n);
  return Refusal::kNone;
}

}  // namespace vefa::notification
