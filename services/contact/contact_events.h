#pragma once

#include <string>

#include "libs/events/event.h"
#include "services/contact/contact.h"
#include "vefa/event/v1/pii.pb.h"

// Between the contact domain and its events. Nothing personal leaves through here but in its box.
namespace vefa::contact {

// Who publishes, and as what.
events::Source ContactSource();

inline constexpr char kCreatedType[] = "contact.created";
inline constexpr char kUpdatedType[] = "contact.updated";
inline constexpr char kGrantedType[] = "consent.granted";
inline constexpr char kWithdrawnType[] = "consent.withdrawn";

// `box` holds the contact's ContactPersonal.
std::string CreatedPayload(const Contact& contact, const event::v1::PiiBox& box);
std::string UpdatedPayload(const Contact& contact, const event::v1::PiiBox& box);
std::string ErasedPayload(const std::string& reason);
// Granted or withdrawn, by the consent's state.
std::string ConsentPayload(const Consent& consent);
const char* ConsentType(const Consent& consent);

}  // namespace vefa::contact
