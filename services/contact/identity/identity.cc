#include "services/contact/identity/identity.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

constexpr size_t kIdentityValueMax = 200;  // bytes

}  // namespace

void Check(const Identity& identity, std::string_view prefix, std::vector<Violation>& violations) {
  auto that = [&](bool holds, const char* field, const char* reason, const char* description) {
    if (!holds) violations.push_back({std::string(prefix) + field, reason, description});
  };
  that(IsSlug(identity.source), "source", "SOURCE_SYNTAX", "Give 1-63 lower-case letters, digits and hyphens, for example web.");
  const std::string& value = identity.value;
  that(!value.empty(), "value", "REQUIRED", "Give what the contact is called there.");
  that(value.size() <= kIdentityValueMax, "value", "TOO_LONG", "Give at most 200 bytes.");
  that(IsUtf8(value), "value", "NOT_UTF8", "Give text in UTF-8 without NUL.");
  that(std::none_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }), "value",
       "CONTROL_CHARACTER", "Leave out control characters.");
}

IdentifyStep StepOf(bool linked, bool anonymous, Named named) {
  if (!linked) {
    switch (named) {
      case Named::kNobody: return IdentifyStep::kCreateVisitor;
      case Named::kSomebodyNew: return IdentifyStep::kCreateContact;
      case Named::kTheSame:
      case Named::kAnother: return IdentifyStep::kLink;
    }
  }
  if (named == Named::kNobody || named == Named::kTheSame) return IdentifyStep::kKnown;
  if (!anonymous) return IdentifyStep::kRefuse;
  return named == Named::kSomebodyNew ? IdentifyStep::kComplete : IdentifyStep::kMerge;
}

}  // namespace vefa::contact
