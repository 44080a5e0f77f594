#pragma once

#include <google/protobuf/map.h>

#include "services/contact/attribute/attribute.h"
#include "vefa/contact/v1/attribute.pb.h"

// Between the messages of the contract and the tenant's own fields.
namespace vefa::contact {

v1::AttributeValue ToProto(const AttributeValue& value);
v1::AttributeDefinition ToProto(const AttributeDefinition& definition);
// Adds what is no value at all, its field under `prefix`, to `violations`.
Attributes FromProto(const google::protobuf::Map<std::string, v1::AttributeValue>& proto, std::string_view prefix,
                     std::vector<Violation>& violations);
AttributeDefinition FromProto(const v1::AttributeDefinition& proto, std::string_view prefix,
                              std::vector<Violation>& violations);

}  // namespace vefa::contact
