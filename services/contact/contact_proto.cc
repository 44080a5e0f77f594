#include "services/contact/contact_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::Contact ToProto(const Contact& contact) {
  v1::Contact proto;
  proto.set_name(ResourceName("contacts", contact.id));
  proto.set_external_id(contact.external_id);
  proto.set_display_name(contact.display_name.Reveal());
  proto.set_email(contact.email.Reveal());
  proto.set_language(contact.language);
  proto.set_source(contact.source);
  proto.set_version(contact.version);
  proto.set_etag("\"" + std::to_string(contact.version) + "\"");
  *proto.mutable_create_time() = rpc::ToProto(contact.create_time);
  *proto.mutable_update_time() = rpc::ToProto(contact.update_time);
  if (contact.erase_time.has_value()) *proto.mutable_erase_time() = rpc::ToProto(*contact.erase_time);
  proto.set_given_name(contact.given_name.Reveal());
  proto.set_family_name(contact.family_name.Reveal());
  proto.set_phone(contact.phone.Reveal());
  proto.set_country(contact.country);
  proto.set_time_zone(contact.time_zone);
  for (const std::string& tag : contact.tags) proto.add_tags(tag);
  for (const auto& [key, value] : contact.attributes) (*proto.mutable_attributes())[key] = ToProto(value);
  if (!contact.owner.is_nil()) proto.set_owner(ResourceName("users", contact.owner));
  proto.set_lifecycle_stage(static_cast<v1::LifecycleStage>(contact.lifecycle_stage));
  if (!contact.merged_into.is_nil()) proto.set_merged_into(ResourceName("contacts", contact.merged_into));
  return proto;
}

Contact FromProto(const v1::Contact& proto, std::string_view prefix, std::vector<Violation>& violations) {
  Contact contact;
  contact.external_id = proto.external_id();
  contact.display_name = proto.display_name();
  contact.email = proto.email();
  contact.language = proto.language();
  contact.source = proto.source();
  contact.given_name = proto.given_name();
  contact.family_name = proto.family_name();
  contact.phone = proto.phone();
  contact.country = proto.country();
  contact.time_zone = proto.time_zone();
  contact.tags.assign(proto.tags().begin(), proto.tags().end());
  contact.attributes = FromProto(proto.attributes(), prefix, violations);
  if (!proto.owner().empty()) {
    auto owner = ParseResourceName("users", proto.owner());
    if (owner.ok()) {
      contact.owner = *owner;
    } else {
      violations.push_back({std::string(prefix) + "owner", "RESOURCE_NAME", "Give a user by name: users/{uuid}."});
    }
  }
  return contact;
}

Uuid ReadContactName(const std::string& name, std::string field, std::vector<Violation>& violations) {
  auto id = ParseResourceName("contacts", name);
  if (id.ok()) return *id;
  violations.push_back({std::move(field), "NAME_SYNTAX", "Give contacts/{uuid}."});
  return {};
}

std::string PointName(const Uuid& contact, const Uuid& point) {
  return ResourceName("contacts", contact) + "/" + ResourceName("points", point);
}

v1::ContactPoint ToProto(const ContactPoint& point, const Uuid& contact) {
  v1::ContactPoint proto;
  proto.set_name(PointName(contact, point.id));
  proto.set_kind(static_cast<v1::ContactPoint::Kind>(point.kind));
  proto.set_value(point.value.Reveal());
  proto.set_label(point.label.Reveal());
  proto.set_state(static_cast<v1::ContactPoint::State>(point.state));
  proto.set_primary(point.primary);
  if (point.verify_time) *proto.mutable_verify_time() = rpc::ToProto(*point.verify_time);
  *proto.mutable_create_time() = rpc::ToProto(point.create_time);
  proto.set_recipient_type(static_cast<v1::RecipientType>(point.recipient_type));
  return proto;
}

ContactPoint FromProto(const v1::ContactPoint& proto) {
  ContactPoint point;
  // A number that is not in the contract would be cut to the width of ours, and could then be another.
  if (v1::ContactPoint::Kind_IsValid(proto.kind())) point.kind = static_cast<PointKind>(proto.kind());
  if (v1::ContactPoint::State_IsValid(proto.state())) point.state = static_cast<PointState>(proto.state());
  point.value = proto.value();
  point.label = proto.label();
  point.primary = proto.primary();
  point.recipient_type = v1::RecipientType_IsValid(proto.recipient_type()) ? static_cast<RecipientType>(proto.recipient_type())
                                                                           : RecipientType::kUnknown;
  return point;
}

v1::Consent ToProto(const Consent& consent, const Uuid& contact) {
  v1::Consent proto;
  proto.set_contact(ResourceName("contacts", contact));
  proto.set_purpose(consent.purpose);
  proto.set_channel(static_cast<v1::Channel>(consent.channel));
  proto.set_state(static_cast<v1::Consent::State>(consent.state));
  proto.set_source(consent.source);
  *proto.mutable_occur_time() = rpc::ToProto(consent.occur_time);
  *proto.mutable_record_time() = rpc::ToProto(consent.record_time);
  proto.set_text_version(consent.text_version);
  proto.set_form_hash(consent.form_hash);
  proto.set_recipient_type(static_cast<v1::RecipientType>(consent.recipient_type));
  proto.set_capture_source(consent.capture_source);
  proto.set_actor(consent.actor);
  proto.set_line(consent.line);
  if (!consent.point.is_nil()) proto.set_point(PointName(contact, consent.point));
  return proto;
}

Consent FromProto(const v1::Consent& proto) {
  Consent consent;
  consent.purpose = proto.purpose();
  // A number that is not in the contract would be cut to the width of ours, and could then be another.
  if (v1::Channel_IsValid(proto.channel())) consent.channel = static_cast<Channel>(proto.channel());
  if (v1::Consent::State_IsValid(proto.state())) consent.state = static_cast<ConsentState>(proto.state());
  consent.source = proto.source();
  if (proto.has_occur_time()) consent.occur_time = rpc::FromProto(proto.occur_time());
  consent.text_version = proto.text_version();
  consent.form_hash = proto.form_hash();
  consent.recipient_type = v1::RecipientType_IsValid(proto.recipient_type()) ? static_cast<int16_t>(proto.recipient_type()) : int16_t{-1};
  consent.capture_source = proto.capture_source();
  consent.ip = proto.origin().ip();
  consent.user_agent = proto.origin().user_agent();
  return consent;
}

}  // namespace vefa::contact
