#include "services/contact/party/party.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

constexpr const char* kCollections[] = {"contacts", "organizations", "relationships"};

Result<Party> ParseOneOf(std::string_view name, int kinds, const char* description) {
  for (int kind = 0; kind < kinds; ++kind) {
    auto id = ParseResourceName(kCollections[kind], name);
    if (id.ok()) return Party{static_cast<Party::Kind>(kind), *id};
  }
  return InvalidArgument("NAME_SYNTAX", description);
}

std::string_view WithoutSpaceAround(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string Party::Name() const { return ResourceName(kCollections[static_cast<int>(kind)], id); }

Result<Party> ParseParty(std::string_view name) {
  return ParseOneOf(name, 2, "Give contacts/{uuid} or organizations/{uuid}.");
}

Result<Party> ParseSubject(std::string_view name) {
  return ParseOneOf(name, 3, "Give contacts/{uuid}, organizations/{uuid} or relationships/{uuid}.");
}

void FieldRules::That(bool holds, std::string_view field, const char* reason, std::string description) {
  if (!holds) violations_.push_back({prefix_ + std::string(field), reason, std::move(description)});
}

void FieldRules::Text(std::string& text, std::string_view field, size_t characters_max, bool lines) {
  text = std::string(WithoutSpaceAround(text));
  if (!IsUtf8(text)) return That(false, field, "NOT_UTF8", "Give text in UTF-8 without NUL.");
  That(Utf8Length(text) <= characters_max, field, "TOO_LONG",
       "Give at most " + std::to_string(characters_max) + " characters.");
  bool control = std::any_of(text.begin(), text.end(), [lines](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !(lines && c == '\n')) || c == 0x7F;
  });
  That(!control, field, "CONTROL_CHARACTER", "Leave out control characters.");
}

void FieldRules::Code(const std::string& text, std::string_view field, const char* example) {
  That(text.empty() || IsSlug(text), field, "CODE_SYNTAX",
       std::string("Give 1-63 lower-case letters, digits and hyphens, for example ") + example + ".");
}

Uuid FieldRules::User(std::string_view name, std::string_view field) {
  if (name.empty()) return {};
  auto id = ParseResourceName("users", name);
  That(id.ok(), field, "NAME_SYNTAX", "Give users/{uuid}.");
  return id.ok() ? *id : Uuid{};
}

std::string EtagOf(int64_t version) { return "\"" + std::to_string(version) + "\""; }

}  // namespace vefa::contact
