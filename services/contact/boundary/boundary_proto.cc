#include "services/contact/boundary/boundary_proto.h"

#include "libs/rpc/time.h"
#include "services/contact/party/party_proto.h"

namespace vefa::contact {
namespace {

Party ReadSubject(const std::string& name, std::string_view field, FieldRules& rules) {
  auto party = ParseSubject(name);
  rules.That(party.ok(), field, "NAME_SYNTAX", "Give contacts/{uuid}, organizations/{uuid} or relationships/{uuid}.");
  return party.ok() ? *party : Party{};
}

}  // namespace

v1::Boundary ToProto(const Boundary& boundary) {
  v1::Boundary proto;
  proto.set_name(ResourceName("boundaries", boundary.id));
  proto.set_about(boundary.about.Name());
  *proto.mutable_rule() = boundary.rule;
  proto.set_reason(boundary.reason.Reveal());
  proto.set_set_by(boundary.set_by);
  *proto.mutable_valid_from() = rpc::ToProto(boundary.valid_from);
  if (boundary.valid_to) *proto.mutable_valid_to() = rpc::ToProto(*boundary.valid_to);
  if (boundary.lift_time) *proto.mutable_lift_time() = rpc::ToProto(*boundary.lift_time);
  proto.set_lifted_by(boundary.lifted_by);
  proto.set_version(boundary.version);
  *proto.mutable_create_time() = rpc::ToProto(boundary.create_time);
  return proto;
}

Boundary ReadBoundary(const v1::Boundary& proto, Time now, std::string_view prefix, std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  Boundary boundary;
  boundary.about = ReadSubject(proto.about(), "about", rules);
  boundary.rule = proto.rule();
  boundary.reason = proto.reason();
  boundary.valid_from = proto.has_valid_from() ? rpc::FromProto(proto.valid_from()) : now;
  if (proto.has_valid_to()) boundary.valid_to = rpc::FromProto(proto.valid_to());
  return boundary;
}

BoundaryQuestion ReadQuestion(const v1::BoundaryQuestion& proto, Time now, std::string_view prefix,
                              std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  BoundaryQuestion question;
  question.party = ReadSubject(proto.party(), "party", rules);
  question.channel = ReadEnum(proto.channel(), v1::Channel_IsValid, "channel", rules);
  rules.Code(proto.topic(), "topic", "price-increase");
  question.topic = proto.topic();
  const Uuid user = rules.User(proto.user(), "user");
  if (!user.is_nil()) question.user = ResourceName("users", user);
  question.moment = proto.has_moment() ? rpc::FromProto(proto.moment()) : now;
  rules.Code(proto.purpose(), "purpose", "win-back");
  question.purpose = proto.purpose();
  rules.Code(proto.product(), "product", "espresso-beans");
  question.product = proto.product();
  rules.Code(proto.region(), "region", "tr-34");
  question.region = proto.region();
  return question;
}

v1::BoundaryAnswer ToProto(const BoundaryAnswer& answer) {
  v1::BoundaryAnswer proto;
  proto.set_allowed(answer.forbidden_by.empty());
  for (const Uuid& id : answer.forbidden_by) proto.add_forbidden_by(ResourceName("boundaries", id));
  if (answer.next_allowed_time) *proto.mutable_next_allowed_time() = rpc::ToProto(*answer.next_allowed_time);
  return proto;
}

}  // namespace vefa::contact
