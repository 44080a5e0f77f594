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
  return proto;
}

Contact FromProto(const v1::Contact& proto) {
  Contact contact;
  contact.external_id = proto.external_id();
  contact.display_name = proto.display_name();
  contact.email = proto.email();
  contact.language = proto.language();
  contact.source = proto.source();
  return contact;
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
  return consent;
}

}  // namespace vefa::contact
