#include "services/notification/gate.h"

namespace vefa::notification {

Refusal Decide(const RecipientFacts& facts) {
  if (!facts.contact_exists) return Refusal::kContactUnknown;
  if (!facts.has_address) return Refusal::kNoAddress;
  if (facts.suppressed) return Refusal::kSuppressed;
  switch (facts.consent) {
    case ConsentState::kNeverAsked:
      return Refusal::kNoConsent;
    case ConsentState::kWithdrawn:
      return Refusal::kConsentWithdrawn;
    case ConsentState::kGranted:
      return Refusal::kNone;
  }
  return Refusal::kNoConsent;
}

const char* RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "";
    case Refusal::kContactUnknown:
      return "CONTACT_UNKNOWN";
    case Refusal::kNoAddress:
      return "NO_ADDRESS";
    case Refusal::kSuppressed:
      return "SUPPRESSED";
    case Refusal::kNoConsent:
      return "NO_CONSENT";
    case Refusal::kConsentWithdrawn:
      return "CONSENT_WITHDRAWN";
  }
  return "";
}

Refusal RefusalOf(const std::string& name) {
  for (short n = 1; n <= static_cast<short>(Refusal::kConsentWithdrawn); ++n)
    if (name == RefusalName(static_cast<Refusal>(n))) return static_cast<Refusal>(n);
  return Refusal::kNone;
}

}  // namespace vefa::notification
