#pragma once

#include <string>
#include <vector>

#include "libs/base/result.h"
#include "services/contact/right/right.h"
#include "services/contact/right/right_profile.h"
#include "vefa/contact/v1/rights.pb.h"

// Between requests and the messages of the contract, and their events. What was written in a note leaves in no event.
namespace vefa::contact {

inline constexpr char kRightsRequests[] = "rightsRequests";
inline constexpr char kRightsReceivedType[] = "rights_request.received";
inline constexpr char kRightsUpdatedType[] = "rights_request.updated";
inline constexpr char kRightsClosedType[] = "rights_request.closed";

v1::RightsRequest ToProto(const RightsRequest& request);
v1::RightsStep ToProto(const RightsStep& step);
v1::RightsProfile ToProto(const RightProfile& profile);
// What a caller may say of a new one; received now where it does not say when. Adds what cannot be read.
RightsRequest FromProto(const v1::RightsRequest& proto, Time now, std::vector<Violation>& violations);

// The type of the event that a step makes, and its payload.
const char* RightsEventType(const RightsRequest& after, const RightsStep& step);
std::string RightsPayload(const RightsRequest& after, const RightsStep& step);

}  // namespace vefa::contact
