#pragma once

#include <google/protobuf/message.h>

#include "libs/rpc/principal.h"
#include "libs/rpc/sight.h"
#include "services/gateway/upstream.h"

namespace vefa::gateway {

// Where it is known whose a contact is, and who tells.
inline constexpr char kSightPackage[] = "vefa.contact.v1";
inline constexpr char kSightService[] = "vefa.contact.v1.ContactService";

// Whether somebody who does not see everybody's sees every contact that the request names: NOT_FOUND `CONTACT_NOT_FOUND`, PERMISSION_DENIED
// `VISIBILITY_TOO_NARROW` when it names none, more than 1,000, or something of which it is not known whom it is about.
Status AskSight(Upstream& contact, const rpc::PrincipalKey& key, rpc::Principal principal, const google::protobuf::Message& request,
                Deadline deadline);

}  // namespace vefa::gateway
