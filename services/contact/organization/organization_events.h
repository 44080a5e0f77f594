#pragma once

#include <string>

#include "services/contact/organization/organization.h"

// Between organisations and their events. They are thin: no name and no number leaves through here, because those of a sole
// trader are personal. Readers ask GetOrganization.
namespace vefa::contact {

inline constexpr char kOrganizationCreatedType[] = "organization.created";
inline constexpr char kOrganizationUpdatedType[] = "organization.updated";
inline constexpr char kOrganizationArchivedType[] = "organization.archived";

// The payload of an event of one of these types: the state after it.
std::string OrganizationPayload(const Organization& organization, const char* type);

}  // namespace vefa::contact
