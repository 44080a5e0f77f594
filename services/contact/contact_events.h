#pragma once

#include <string>

#include "libs/events/event.h"
#include "services/contact/contact.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/contact/v1/contact_personal.pb.h"

// Between the contact domain and its events. Nothing personal leaves through here but in its box.
namespace vefa::contact {

// Who publishes, and as what.
events::Source ContactSource();

inline constexpr char kCreatedType[] = "contact.created";
inline constexpr char kUpdatedType[] = "contact.updated";
inline constexpr char kMergedType[] = "contact.merged";
inline constexpr char kUnmergedType[] = "contact.unmerged";
inline constexpr char kGrantedType[] = "consent.granted";
inline constexpr char kWithdrawnType[] = "consent.withdrawn";
// Refused, expired or waiting to be confirmed.
inline constexpr char kChangedType[] = "consent.changed";

inline constexpr char kPointAddedType[] = "contact_point.added";
inline constexpr char kPointChangedType[] = "contact_point.changed";
inline constexpr char kPointRemovedType[] = "contact_point.removed";

inline constexpr char kLifecycleType[] = "lifecycle.changed";

// What goes into a contact's box: whatever is not for everybody.
v1::ContactPersonal PersonalOf(const Contact& contact, const AttributeDefinitions& definitions);
// What else than the state an event about a contact says.
struct Particulars {
  Uuid point{};  // Of an event about a point.
  LifecycleStage from = LifecycleStage::kNone;  // Of a lifecycle's event, as is the reason.
  std::string reason{};
  Uuid survivor{};  // Of a merge, or its end.
  std::string rule{};  // Of a lifecycle's event that a rule made: `lifecycleRules/{code}`.
};
// The event of one of the types above that carries the contact's state. `box` holds its ContactPersonal.
std::string StatePayload(std::string_view type, const Contact& contact, const AttributeDefinitions& definitions,
                         const event::v1::PiiBox& box, const Particulars& particulars = {});
std::string ErasedPayload(const std::string& reason);
// Granted, withdrawn or changed, by the consent's state.
std::string ConsentPayload(const Uuid& contact, const Consent& consent);
// A channel uses another address now, of which this holds.
std::string AddressChangedPayload(const Consent& consent);
const char* ConsentType(const Consent& consent);

}  // namespace vefa::contact
