#include "services/contact/affiliation/affiliation_events.h"

#include <string_view>

#include "services/contact/party/party_proto.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {

std::string AffiliationPayload(const Affiliation& affiliation, const char* type) {
  v1::ContactEvent event;
  v1::AffiliationFacts& facts =
      std::string_view(type) == kAffiliationCreatedType   ? *event.mutable_affiliation_created()->mutable_state()
      : std::string_view(type) == kAffiliationUpdatedType ? *event.mutable_affiliation_updated()->mutable_state()
                                                          : *event.mutable_affiliation_ended()->mutable_state();
  facts.set_contact(ResourceName("contacts", affiliation.contact));
  facts.set_organization(ResourceName("organizations", affiliation.organization));
  facts.set_role(affiliation.role);
  if (affiliation.valid_from) *facts.mutable_valid_from() = DateToProto(*affiliation.valid_from);
  if (affiliation.valid_to) *facts.mutable_valid_to() = DateToProto(*affiliation.valid_to);
  facts.set_primary(affiliation.primary);
  facts.set_influence(static_cast<v1::Influence>(affiliation.influence));
  return event.SerializeAsString();
}

}  // namespace vefa::contact
