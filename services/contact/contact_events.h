#pragma once

#include <string>

#include "libs/events/event.h"
#include "services/contact/contact.h"

// Between the contact domain and its events. Nothing personal leaves through here.
namespace vefa::contact {

// Who publishes, and as what.
events::Source ContactSource();

inline constexpr char kCreatedType[] = "contact.created";
inline constexpr char kUpdatedType[] = "contact.updated";
inline constexpr char kGrantedType[] = "consent.granted";
inline constexpr char kWithdrawnType[] = "consent.withdrawn";

std::string CreatedPayload(const Contact& contact);
std::string UpdatedPayload(const Contact& contact);
// Granted or withdrawn, by the consent's state.
std::string ConsentPayload(const Consent& consent);
const char* ConsentType(const Consent& consent);

}  // namespace vefa::contact
