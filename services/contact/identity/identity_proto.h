#pragma once

#include "services/contact/identity/identity.h"
#include "vefa/contact/v1/identity.pb.h"

// Between the messages of the contract and identities.
namespace vefa::contact {

v1::Identity ToProto(const Identity& identity);
// Source and value; the rest is not for a caller to say.
Identity FromProto(const v1::Identity& proto);

}  // namespace vefa::contact
