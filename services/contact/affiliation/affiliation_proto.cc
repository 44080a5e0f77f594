#include "services/contact/affiliation/affiliation_proto.h"

#include "libs/rpc/mask.h"
#include "libs/rpc/time.h"

namespace vefa::contact {

v1::Affiliation ToProto(const Affiliation& affiliation) {
  v1::Affiliation proto;
  proto.set_name(ResourceName("affiliations", affiliation.id));
  proto.set_contact(ResourceName("contacts", affiliation.contact));
  proto.set_organization(ResourceName("organizations", affiliation.organization));
  proto.set_role(affiliation.role);
  proto.set_title(affiliation.title.Reveal());
  proto.set_department(affiliation.department.Reveal());
  if (affiliation.valid_from) *proto.mutable_valid_from() = DateToProto(*affiliation.valid_from);
  if (affiliation.valid_to) *proto.mutable_valid_to() = DateToProto(*affiliation.valid_to);
  proto.set_primary(affiliation.primary);
  proto.set_influence(static_cast<v1::Influence>(affiliation.influence));
  proto.set_version(affiliation.version);
  proto.set_etag(EtagOf(affiliation.version));
  *proto.mutable_create_time() = rpc::ToProto(affiliation.create_time);
  *proto.mutable_update_time() = rpc::ToProto(affiliation.update_time);
  return proto;
}

void Take(const v1::Affiliation& proto, const rpc::Mask* mask, std::string_view prefix, Affiliation& affiliation,
          std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  const std::string path(prefix);
  auto takes = [mask](std::string_view field) { return mask == nullptr || mask->Has(field); };
  if (mask == nullptr) {
    auto contact = ParseResourceName("contacts", proto.contact());
    rules.That(contact.ok(), "contact", "NAME_SYNTAX", "Give contacts/{uuid}.");
    if (contact.ok()) affiliation.contact = *contact;
    auto organization = ParseResourceName("organizations", proto.organization());
    rules.That(organization.ok(), "organization", "NAME_SYNTAX", "Give organizations/{uuid}.");
    if (organization.ok()) affiliation.organization = *organization;
  }
  if (takes("role")) affiliation.role = proto.role();
  if (takes("title")) affiliation.title = proto.title();
  if (takes("department")) affiliation.department = proto.department();
  if (takes("valid_from")) affiliation.valid_from = DateFromProto(proto.valid_from(), path + "valid_from", violations);
  if (takes("valid_to")) affiliation.valid_to = DateFromProto(proto.valid_to(), path + "valid_to", violations);
  if (takes("primary")) affiliation.primary = proto.primary();
  if (takes("influence"))
    affiliation.influence = ReadEnum(proto.influence(), v1::Influence_IsValid, "influence", rules);
}

}  // namespace vefa::contact
