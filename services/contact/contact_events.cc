#include "services/contact/contact_events.h"

#include "libs/events/catalog.h"
#include "libs/rpc/time.h"
#include "services/contact/contact_proto.h"

namespace vefa::contact {
namespace {

// The external id stays out: it may name a person, so it is in the box.
void Fill(v1::ContactState& state, const Contact& contact, const AttributeDefinitions& definitions,
          const event::v1::PiiBox& box) {
  state.set_language(contact.language);
  state.set_source(contact.source);
  state.set_has_email(!contact.email.empty());
  *state.mutable_personal() = box;
  state.set_country(contact.country);
  state.set_time_zone(contact.time_zone);
  for (const std::string& tag : contact.tags) state.add_tags(tag);
  for (const auto& [key, value] : contact.attributes)
    if (!IsPersonal(definitions, key)) (*state.mutable_attributes())[key] = ToProto(value);
  if (!contact.owner.is_nil()) state.set_owner(ResourceName("users", contact.owner));
  state.set_lifecycle_stage(static_cast<v1::LifecycleStage>(contact.lifecycle_stage));
  if (!contact.merged_into.is_nil()) state.set_merged_into(ResourceName("contacts", contact.merged_into));
  for (const ContactPoint& point : contact.points) {
    v1::ContactPointState& one = *state.add_points();
    one.set_name(PointName(contact.id, point.id));
    one.set_kind(static_cast<v1::ContactPoint::Kind>(point.kind));
    one.set_state(static_cast<v1::ContactPoint::State>(point.state));
    one.set_primary(point.primary);
    one.set_recipient_type(static_cast<v1::RecipientType>(point.recipient_type));
  }
}

}  // namespace

events::Source ContactSource() { return events::MakeSource(v1::ContactEvent::descriptor()); }

v1::ContactPersonal PersonalOf(const Contact& contact, const AttributeDefinitions& definitions) {
  v1::ContactPersonal personal;
  personal.set_external_id(contact.external_id);
  personal.set_display_name(contact.display_name.Reveal());
  personal.set_email(contact.email.Reveal());
  personal.set_given_name(contact.given_name.Reveal());
  personal.set_family_name(contact.family_name.Reveal());
  personal.set_phone(contact.phone.Reveal());
  for (const ContactPoint& point : contact.points)
    (*personal.mutable_points())[PointName(contact.id, point.id)] = point.value.Reveal();
  for (const auto& [key, value] : contact.attributes)
    if (IsPersonal(definitions, key)) (*personal.mutable_attributes())[key] = ToProto(value);
  return personal;
}

std::string StatePayload(std::string_view type, const Contact& contact, const AttributeDefinitions& definitions,
                         const event::v1::PiiBox& box, const Particulars& particulars) {
  v1::ContactEvent event;
  auto about = [&](auto& change) -> v1::ContactState& {
    change.set_point(PointName(contact.id, particulars.point));
    return *change.mutable_state();
  };
  auto moved = [&](v1::LifecycleChanged& change) -> v1::ContactState& {
    change.set_from_stage(static_cast<v1::LifecycleStage>(particulars.from));
    change.set_reason(particulars.reason);
    change.set_rule(particulars.rule);
    return *change.mutable_state();
  };
  auto joined = [&](auto& change) -> v1::ContactState& {
    change.set_survivor(ResourceName("contacts", particulars.survivor));
    return *change.mutable_state();
  };
  v1::ContactState& state = type == kCreatedType        ? *event.mutable_created()->mutable_state()
                            : type == kUpdatedType      ? *event.mutable_updated()->mutable_state()
                            : type == kPointAddedType   ? about(*event.mutable_point_added())
                            : type == kLifecycleType    ? moved(*event.mutable_lifecycle_changed())
                            : type == kMergedType       ? joined(*event.mutable_merged())
                            : type == kUnmergedType     ? joined(*event.mutable_unmerged())
                            : type == kPointChangedType ? about(*event.mutable_point_changed())
                                                        : about(*event.mutable_point_removed());
  Fill(state, contact, definitions, box);
  return event.SerializeAsString();
}

std::string ErasedPayload(const std::string& reason) {
  v1::ContactEvent event;
  event.mutable_erased()->set_reason(reason);
  return event.SerializeAsString();
}

std::string ConsentPayload(const Uuid& contact, const Consent& consent) {
  v1::ContactEvent event;
  if (consent.state != ConsentState::kGranted && consent.state != ConsentState::kWithdrawn)
    event.mutable_consent_changed()->set_state(static_cast<v1::Consent::State>(consent.state));
  if (consent.confirmation_wanted) event.mutable_consent_changed()->set_confirmation_wanted(true);
  v1::ConsentTerms& terms = consent.state == ConsentState::kGranted     ? *event.mutable_consent_granted()->mutable_terms()
                            : consent.state == ConsentState::kWithdrawn ? *event.mutable_consent_withdrawn()->mutable_terms()
                                                                        : *event.mutable_consent_changed()->mutable_terms();
  terms.set_purpose(consent.purpose);
  terms.set_channel(static_cast<v1::Channel>(consent.channel));
  terms.set_source(consent.source);
  if (!consent.point.is_nil()) terms.set_point(PointName(contact, consent.point));
  terms.set_unused_point(consent.unused_point);
  return event.SerializeAsString();
}

std::string AddressChangedPayload(const Consent& consent) {
  v1::ContactEvent event;
  v1::ConsentChanged& changed = *event.mutable_consent_changed();
  changed.set_state(static_cast<v1::Consent::State>(consent.state));
  changed.set_address_changed(true);
  if (consent.state != ConsentState::kNeverAsked) *changed.mutable_said_time() = rpc::ToProto(consent.occur_time);
  changed.mutable_terms()->set_purpose(consent.purpose);
  changed.mutable_terms()->set_channel(static_cast<v1::Channel>(consent.channel));
  changed.mutable_terms()->set_source(consent.source);
  return event.SerializeAsString();
}

const char* ConsentType(const Consent& consent) {
  if (consent.state == ConsentState::kGranted) return kGrantedType;
  return consent.state == ConsentState::kWithdrawn ? kWithdrawnType : kChangedType;
}

}  // namespace vefa::contact
