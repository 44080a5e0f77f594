#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "libs/rpc/principal.h"

namespace vefa::permissions {

// One kind of caller.
struct Case {
  const char* name;
  std::string principal;  // As it travels; empty for none.
  // What must be heard; empty when anything may be, save that the caller is unknown or may not.
  std::string reason;
  std::string request = "";  // Serialised.
};

// Those that are tried at an RPC of this permission, by callers of `tenant`, signed with `key`.
std::vector<Case> CasesOf(const std::string& permission, const rpc::PrincipalKey& key, const Uuid& tenant);

// Those who may everything and see their own contacts alone: with a request that says nothing, and with one that names somebody else's
// contact wherever a text stands. None for an RPC that is open to all.
std::vector<Case> NarrowCasesOf(const google::protobuf::MethodDescriptor& method, const rpc::PrincipalKey& key, const Uuid& tenant);

// A request of an RPC that says `text` wherever a text stands, serialised.
std::string Naming(const google::protobuf::MethodDescriptor& method, const std::string& text);

}  // namespace vefa::permissions
