#include "services/contact/organization/organization_proto.h"

#include "libs/rpc/mask.h"
#include "libs/rpc/time.h"

namespace vefa::contact {

v1::Organization ToProto(const Organization& organization) {
  v1::Organization proto;
  proto.set_name(ResourceName("organizations", organization.id));
  proto.set_external_id(organization.external_id.Reveal());
  proto.set_legal_name(organization.legal_name.Reveal());
  proto.set_brand_name(organization.brand_name.Reveal());
  proto.set_tax_no(organization.tax_no.Reveal());
  proto.set_mersis_no(organization.mersis_no.Reveal());
  proto.set_trade_registry_no(organization.trade_registry_no.Reveal());
  proto.set_is_merchant(organization.is_merchant);
  proto.set_industry(organization.industry);
  proto.set_size(static_cast<v1::OrganizationSize>(organization.size));
  proto.set_country(organization.country);
  if (!organization.parent.is_nil()) proto.set_parent(ResourceName("organizations", organization.parent));
  proto.set_state(static_cast<v1::OrganizationState>(organization.state));
  proto.set_version(organization.version);
  proto.set_etag(EtagOf(organization.version));
  *proto.mutable_create_time() = rpc::ToProto(organization.create_time);
  *proto.mutable_update_time() = rpc::ToProto(organization.update_time);
  return proto;
}

void Take(const v1::Organization& proto, const rpc::Mask* mask, std::string_view prefix, Organization& organization,
          std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  auto takes = [mask](std::string_view field) { return mask == nullptr || mask->Has(field); };
  if (takes("external_id")) organization.external_id = proto.external_id();
  if (takes("legal_name")) organization.legal_name = proto.legal_name();
  if (takes("brand_name")) organization.brand_name = proto.brand_name();
  if (takes("tax_no")) organization.tax_no = proto.tax_no();
  if (takes("mersis_no")) organization.mersis_no = proto.mersis_no();
  if (takes("trade_registry_no")) organization.trade_registry_no = proto.trade_registry_no();
  if (takes("is_merchant")) organization.is_merchant = proto.is_merchant();
  if (takes("industry")) organization.industry = proto.industry();
  if (takes("size")) organization.size = ReadEnum(proto.size(), v1::OrganizationSize_IsValid, "size", rules);
  if (takes("country")) organization.country = proto.country();
  if (!takes("parent")) return;
  organization.parent = {};
  if (proto.parent().empty()) return;
  auto parent = ParseResourceName("organizations", proto.parent());
  rules.That(parent.ok(), "parent", "NAME_SYNTAX", "Give organizations/{uuid}.");
  if (parent.ok()) organization.parent = *parent;
}

}  // namespace vefa::contact
