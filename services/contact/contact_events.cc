#include "services/contact/contact_events.h"

#include "libs/events/catalog.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

// The external id stays out: it may name a person, so it is in the box.
void Fill(v1::ContactState& state, const Contact& contact, const event::v1::PiiBox& box) {
  state.set_language(contact.language);
  state.set_source(contact.source);
  state.set_has_email(!contact.email.empty());
  *state.mutable_personal() = box;
}

}  // namespace

events::Source ContactSource() { return events::MakeSource(v1::ContactEvent::descriptor()); }

std::string CreatedPayload(const Contact& contact, const event::v1::PiiBox& box) {
  v1::ContactEvent event;
  Fill(*event.mutable_created()->mutable_state(), contact, box);
  return event.SerializeAsString();
}

std::string UpdatedPayload(const Contact& contact, const event::v1::PiiBox& box) {
  v1::ContactEvent event;
  Fill(*event.mutable_updated()->mutable_state(), contact, box);
  return event.SerializeAsString();
}

std::string ErasedPayload(const std::string& reason) {
  v1::ContactEvent event;
  event.mutable_erased()->set_reason(reason);
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
