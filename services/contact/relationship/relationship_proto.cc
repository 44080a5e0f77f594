#include "services/contact/relationship/relationship_proto.h"

#include "libs/rpc/mask.h"
#include "libs/rpc/time.h"

namespace vefa::contact {

v1::Relationship ToProto(const Relationship& relationship) {
  v1::Relationship proto;
  proto.set_name(ResourceName("relationships", relationship.id));
  proto.set_from(relationship.from.Name());
  proto.set_to(relationship.to.Name());
  proto.set_type(static_cast<v1::RelationshipType>(relationship.type));
  proto.set_status(static_cast<v1::RelationshipStatus>(relationship.status));
  proto.set_tier(relationship.tier);
  if (!relationship.manager.is_nil()) proto.set_manager(ResourceName("users", relationship.manager));
  if (relationship.start_day) *proto.mutable_start_date() = DateToProto(*relationship.start_day);
  if (relationship.end_day) *proto.mutable_end_date() = DateToProto(*relationship.end_day);
  proto.set_close_reason(relationship.close_reason);
  proto.set_unaccountable(relationship.unaccountable);
  proto.set_version(relationship.version);
  proto.set_etag(EtagOf(relationship.version));
  *proto.mutable_create_time() = rpc::ToProto(relationship.create_time);
  *proto.mutable_update_time() = rpc::ToProto(relationship.update_time);
  return proto;
}

v1::Responsibility ToProto(const Responsibility& responsibility) {
  v1::Responsibility proto;
  proto.set_relationship(ResourceName("relationships", responsibility.relationship));
  proto.set_user(ResourceName("users", responsibility.user));
  proto.set_role(static_cast<v1::ResponsibilityRole>(responsibility.role));
  *proto.mutable_from_time() = rpc::ToProto(responsibility.from_time);
  if (responsibility.to_time) *proto.mutable_to_time() = rpc::ToProto(*responsibility.to_time);
  proto.set_note(responsibility.note.Reveal());
  return proto;
}

void Take(const v1::Relationship& proto, const rpc::Mask* mask, std::string_view prefix, Relationship& relationship,
          std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  const std::string path(prefix);
  auto takes = [mask](std::string_view field) { return mask == nullptr || mask->Has(field); };
  auto party = [&rules](const std::string& name, const char* field) {
    auto read = ParseParty(name);
    rules.That(read.ok(), field, "NAME_SYNTAX", "Give contacts/{uuid} or organizations/{uuid}.");
    return read.ok() ? *read : Party{};
  };
  if (mask == nullptr) {
    relationship.from = party(proto.from(), "from");
    relationship.to = party(proto.to(), "to");
    relationship.type = ReadEnum(proto.type(), v1::RelationshipType_IsValid, "type", rules);
  }
  if (takes("status"))
    relationship.status =
        static_cast<RelationshipStatus>(ReadEnum(proto.status(), v1::RelationshipStatus_IsValid, "status", rules));
  if (takes("tier")) relationship.tier = proto.tier();
  if (takes("manager")) relationship.manager = rules.User(proto.manager(), "manager");
  if (takes("start_date")) relationship.start_day = DateFromProto(proto.start_date(), path + "start_date", violations);
  if (takes("end_date")) relationship.end_day = DateFromProto(proto.end_date(), path + "end_date", violations);
}

ResponsibilityRole ReadRole(int role, std::string_view field, std::vector<Violation>& violations) {
  FieldRules rules("", violations);
  int16_t read = ReadEnum(role, v1::ResponsibilityRole_IsValid, field, rules);
  rules.That(role != 0, field, "REQUIRED", "Say which role.");
  return static_cast<ResponsibilityRole>(read);
}

Uuid ReadUser(std::string_view user, std::string_view field, std::vector<Violation>& violations) {
  FieldRules rules("", violations);
  rules.That(!user.empty(), field, "REQUIRED", "Say which user.");
  return rules.User(user, field);
}

}  // namespace vefa::contact
