#include "services/contact/contact_events.h"

#include "libs/events/catalog.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

void Fill(v1::ContactState& state, const Contact& contact) {
  state.set_external_id(contact.external_id);
  state.set_language(contact.language);
  state.set_source(contact.source);
  state.set_has_email(!contact.email.empty());
}

}  // namespace

events::Source ContactSource() { return events::MakeSource(v1::ContactEvent::descriptor()); }

std::string CreatedPayload(const Contact& contact) {
  v1::ContactEvent event;
  Fill(*event.mutable_created()->mutable_state(), contact);
  return event.SerializeAsString();
}

std::string UpdatedPayload(const Contact& contact) {
  v1::ContactEvent event;
  Fill(*event.mutable_updated()->mutable_state(), contact);
  return event.SerializeAsString();
}

std::string ConsentPayload(const Consent& consent) {
  v1::ContactEvent event;
  v1::ConsentTerms& terms = consent.state == ConsentState::kGranted
                                ? *event.mutable_consent_granted()->mutable_terms()
                                : *event.mutable_consent_withdrawn()->mutable_terms();
  terms.set_purpose(consent.purpose);
  terms.set_channel(static_cast<v1::Channel>(consent.channel));
  terms.set_source(consent.source);
  return event.SerializeAsString();
}

const char* ConsentType(const Consent& consent) {
  return consent.state == ConsentState::kGranted ? kGrantedType : kWithdrawnType;
}

}  // namespace vefa::contact
