#pragma once

#include <string>
#include <string_view>

#include "vefa/contact/v1/person_export_service.pb.h"

namespace vefa::contact {

// The document as a whole page of HTML, for somebody to read: every field that is set, with its words in `language` (`tr` or `en`).
// Whatever came from outside is escaped; no scripts, nothing fetched, a policy that forbids both. Pure.
std::string PersonPage(const v1::PersonDocument& document, std::string_view language);

}  // namespace vefa::contact
