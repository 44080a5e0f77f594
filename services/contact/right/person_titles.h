#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "libs/postgres/database.h"
#include "vefa/contact/v1/person_export_service.pb.h"

// What the codes in a person's document are called.
namespace vefa::contact {

// Under which name a field's value would have a title, for example `purposes/win-back`. `attribute` is the key of the tenant's own field that
// it is a value of; empty: of none.
std::string TitledAs(const google::protobuf::FieldDescriptor& field, const std::string& value, std::string_view attribute);

// Adds the titles of whatever the document names.
Status AddTitles(postgres::Database& database, const Uuid& tenant, Deadline deadline, v1::PersonDocument& document);

}  // namespace vefa::contact
