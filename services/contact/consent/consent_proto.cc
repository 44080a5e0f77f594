#include "services/contact/consent/consent_proto.h"

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

// Zeros stand for nothing.
std::string BytesOrNone(const crypto::Digest& digest) {
  return digest == crypto::Digest{} ? std::string() : std::string(crypto::Bytes(digest));
}

}  // namespace

v1::ConsentEntry ToProto(const proof::Entry& entry) {
  const proof::Line& line = entry.line;
  v1::ConsentEntry proto;
  proto.set_sequence(entry.sequence);
  proto.set_line(line.line);
  proto.set_contact(ResourceName("contacts", line.contact));
  proto.set_purpose(line.purpose);
  proto.set_channel(static_cast<v1::Channel>(line.channel));
  proto.set_state(static_cast<v1::Consent::State>(line.state));
  proto.set_recipient_type(static_cast<v1::RecipientType>(line.recipient_type));
  proto.set_capture_source(line.capture_source);
  proto.set_text_version(line.text_version);
  proto.set_text_hash(line.text_hash);
  proto.set_form_hash(line.form_hash);
  proto.set_actor(line.actor);
  *proto.mutable_occur_time() = rpc::ToProto(line.occur_time);
  *proto.mutable_record_time() = rpc::ToProto(line.record_time);
  proto.set_commitment(line.commitment);
  proto.set_hash(std::string(crypto::Bytes(entry.hash)));
  if (!entry.salt) return proto;
  v1::ConsentOpening& opening = *proto.mutable_opening();
  opening.set_salt(*entry.salt);
  opening.set_address(entry.person.address.Reveal());
  opening.set_source(entry.person.source.Reveal());
  if (entry.person.ip.empty() && entry.person.user_agent.empty()) return proto;
  opening.mutable_origin()->set_ip(entry.person.ip.Reveal());
  opening.mutable_origin()->set_user_agent(entry.person.user_agent.Reveal());
  return proto;
}

v1::ConsentAnchor ToProto(const proof::SignedAnchor& anchor) {
  v1::ConsentAnchor proto;
  proto.set_day(ToRfc3339(StartOfDay(anchor.anchor.day)).substr(0, 10));
  proto.set_sequence(anchor.anchor.sequence);
  proto.set_hash(std::string(crypto::Bytes(anchor.anchor.hash)));
  proto.set_previous(BytesOrNone(anchor.anchor.previous));
  proto.set_signature(anchor.signature);
  return proto;
}

v1::ConsentClosing ToProto(const proof::SignedClosing& closing) {
  v1::ConsentClosing proto;
  *proto.mutable_time() = rpc::ToProto(closing.closing.time);
  proto.set_sequence(closing.closing.sequence);
  proto.set_hash(std::string(crypto::Bytes(closing.closing.hash)));
  proto.set_previous(BytesOrNone(closing.closing.previous));
  proto.set_signature(closing.signature);
  return proto;
}

v1::ConsentProfile ToProto(const ConsentProfile& profile) {
  v1::ConsentProfile proto;
  proto.set_code(std::string(profile.code));
  proto.set_version(profile.version);
  proto.set_first_day(ToRfc3339(StartOfDay(profile.first_day)).substr(0, 10));
  proto.set_law(std::string(profile.law));
  for (const ChannelLaw& law : profile.channels) {
    v1::ConsentProfile::ChannelLaw& one = *proto.add_channels();
    one.set_channel(static_cast<v1::Channel>(law.channel));
    one.set_without_agreement(static_cast<v1::ConsentProfile::WithoutAgreement>(law.without_agreement));
    if (law.quiet_hours) {
      one.mutable_quiet_hours()->set_start_minute(law.quiet_hours->start_minute);
      one.mutable_quiet_hours()->set_end_minute(law.quiet_hours->end_minute);
    }
    one.set_registry(std::string(law.registry));
  }
  proto.set_record_days(profile.record_days);
  proto.set_record_law(std::string(profile.record_law));
  proto.set_double_opt_in(profile.double_opt_in);
  for (std::string_view field : profile.unconfirmed) proto.add_unconfirmed(std::string(field));
  return proto;
}

}  // namespace vefa::contact
