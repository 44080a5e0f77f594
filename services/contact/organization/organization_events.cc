#include "services/contact/organization/organization_events.h"

#include <string_view>

#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {

std::string OrganizationPayload(const Organization& organization, const char* type) {
  v1::ContactEvent event;
  v1::OrganizationFacts& facts = std::string_view(type) == kOrganizationCreatedType
                                     ? *event.mutable_organization_created()->mutable_state()
                                 : std::string_view(type) == kOrganizationUpdatedType
                                     ? *event.mutable_organization_updated()->mutable_state()
                                     : *event.mutable_organization_archived()->mutable_state();
  if (!organization.parent.is_nil()) facts.set_parent(ResourceName("organizations", organization.parent));
  facts.set_is_merchant(organization.is_merchant);
  facts.set_industry(organization.industry);
  facts.set_size(static_cast<v1::OrganizationSize>(organization.size));
  facts.set_country(organization.country);
  facts.set_state(static_cast<v1::OrganizationState>(organization.state));
  return event.SerializeAsString();
}

}  // namespace vefa::contact
