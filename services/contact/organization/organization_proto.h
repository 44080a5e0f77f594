#pragma once

#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "libs/rpc/mask.h"
#include "services/contact/organization/organization.h"
#include "services/contact/party/party_proto.h"
#include "vefa/contact/v1/organization.pb.h"

// Between the messages of the contract and organisations.
namespace vefa::contact {

v1::Organization ToProto(const Organization& organization);

// Takes the fields of `mask`, or all of them where it is null, out of a message. Adds what cannot be read, its field under
// `prefix`, to `violations`; the rest is Normalise's.
void Take(const v1::Organization& proto, const rpc::Mask* mask, std::string_view prefix, Organization& organization,
          std::vector<Violation>& violations);

}  // namespace vefa::contact
