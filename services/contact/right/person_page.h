#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "vefa/contact/v1/person_export_service.pb.h"

namespace vefa::contact {

// Whether a field means something to programs alone: marks of versions, numbers of lines, hashes, names of records.
bool IsForPrograms(const google::protobuf::FieldDescriptor& field);
// The document as a whole page of HTML, for somebody to read: every field that is set and not for programs, with its words in `language`
// (`tr` or `en`) and titles for codes. Whatever came from outside is escaped; no scripts, nothing fetched, a policy that forbids both. Pure.
std::string PersonPage(const v1::PersonDocument& document, std::string_view language);

}  // namespace vefa::contact
