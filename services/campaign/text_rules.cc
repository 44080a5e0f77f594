#include "services/campaign/text_rules.h"

#include <algorithm>

#include "libs/base/id.h"
#include "libs/base/text.h"

namespace vefa::campaign {
namespace {

constexpr size_t kDisplayNameMax = 200;  // characters

}  // namespace

void Require(bool holds, std::string field, const char* reason, const char* description,
             std::vector<Violation>& violations) {
  if (!holds) violations.push_back({std::move(field), reason, description});
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void NormaliseDisplayName(std::string& name, std::string field, std::vector<Violation>& violations) {
  size_t first = name.find_first_not_of(" \t\r\n");
  name = first == std::string::npos ? "" : name.substr(first, name.find_last_not_of(" \t\r\n") - first + 1);
  if (!IsUtf8(name)) {
    violations.push_back({std::move(field), "NOT_UTF8", "Give text in UTF-8 without NUL."});
    return;
  }
  Require(!name.empty(), field, "REQUIRED", "Give a name for people to read.", violations);
  Require(Utf8Length(name) <= kDisplayNameMax, field, "TOO_LONG", "Give at most 200 characters.", violations);
  Require(!HasControl(name), field, "CONTROL_CHARACTER", "Leave out control characters.", violations);
}

void CheckId(const std::string& id, std::string field, std::vector<Violation>& violations) {
  Require(IsSlug(id), std::move(field), "ID_SYNTAX",
          "Give 1-63 lower-case letters, digits and hyphens, for example win-back.", violations);
}

}  // namespace vefa::campaign
