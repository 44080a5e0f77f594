#pragma once

#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "libs/rpc/mask.h"
#include "services/contact/affiliation/affiliation.h"
#include "services/contact/party/party_proto.h"
#include "vefa/contact/v1/affiliation.pb.h"

// Between the messages of the contract and affiliations.
namespace vefa::contact {

v1::Affiliation ToProto(const Affiliation& affiliation);

// Takes the fields of `mask`, or where it is null all of them with person and organisation, out of a message. Adds what cannot be
// read, its field under `prefix`, to `violations`; the rest is Normalise's.
void Take(const v1::Affiliation& proto, const rpc::Mask* mask, std::string_view prefix, Affiliation& affiliation,
          std::vector<Violation>& violations);

}  // namespace vefa::contact
