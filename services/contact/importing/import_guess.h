#pragma once

#include <string>
#include <vector>

#include "services/contact/importing/import.h"

namespace vefa::contact {

// The columns with a field each where one can be told: by their names in Turkish and English, by the keys and titles of attributes, by
// the codes of purposes; then, of those that say nothing, by what the records hold. Fields that are said stay; `-` stays out. Each
// field is given once, to the first column. Pure.
std::vector<v1::ImportColumn> GuessColumns(std::vector<v1::ImportColumn> columns,
                                           const google::protobuf::RepeatedPtrField<v1::ImportRecord>& records,
                                           const AttributeDefinitions& definitions, const std::vector<std::string>& purposes,
                                           const std::string& country);

}  // namespace vefa::contact
