#pragma once

#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "libs/rpc/mask.h"
#include "services/contact/party/party_proto.h"
#include "services/contact/relationship/relationship.h"
#include "vefa/contact/v1/relationship.pb.h"

// Between the messages of the contract, relationships and responsibilities.
namespace vefa::contact {

v1::Relationship ToProto(const Relationship& relationship);
v1::Responsibility ToProto(const Responsibility& responsibility);

// Takes the fields of `mask`, or where it is null all of them with type and parties, out of a message. Adds what cannot be read, its
// field under `prefix`, to `violations`; the rest is Normalise's.
void Take(const v1::Relationship& proto, const rpc::Mask* mask, std::string_view prefix, Relationship& relationship,
          std::vector<Violation>& violations);

// A role and a user who must both be said; adds what is missing or unreadable.
ResponsibilityRole ReadRole(int role, std::string_view field, std::vector<Violation>& violations);
Uuid ReadUser(std::string_view user, std::string_view field, std::vector<Violation>& violations);

}  // namespace vefa::contact
