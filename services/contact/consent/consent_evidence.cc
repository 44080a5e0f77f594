#include "services/contact/consent/consent_evidence.h"

#include "vefa/contact/v1/contact.pb.h"

namespace vefa::contact {

std::optional<SealedPerson> SealOrigin(const Consent& consent, const Sealer& sealer, const Clock& clock) {
  if (consent.ip.empty() && consent.user_agent.empty()) return std::nullopt;
  v1::ConsentOrigin origin;
  origin.set_ip(consent.ip.Reveal());
  origin.set_user_agent(consent.user_agent.Reveal());
  return sealer.Seal(origin, clock);
}

}  // namespace vefa::contact
