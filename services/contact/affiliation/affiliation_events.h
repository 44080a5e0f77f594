#pragma once

#include <string>

#include "services/contact/affiliation/affiliation.h"

// Between affiliations and their events. Title and department stay behind: people write names into them.
namespace vefa::contact {

inline constexpr char kAffiliationCreatedType[] = "affiliation.created";
inline constexpr char kAffiliationUpdatedType[] = "affiliation.updated";
inline constexpr char kAffiliationEndedType[] = "affiliation.ended";

// The payload of an event of one of these types: the state after it.
std::string AffiliationPayload(const Affiliation& affiliation, const char* type);

}  // namespace vefa::contact
