#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/id.h"
#include "libs/base/result.h"

// The rules that organisations, affiliations, relationships and boundaries share. Pure.
namespace vefa::contact {

// Whom, or what, something is said of.
struct Party {
  enum class Kind { kContact, kOrganization, kRelationship };
  Kind kind = Kind::kContact;
  Uuid id;

  auto operator<=>(const Party&) const = default;
  // Its resource name, for example `contacts/{uuid}`.
  std::string Name() const;
};

// A contact or an organisation. INVALID_ARGUMENT `NAME_SYNTAX`.
Result<Party> ParseParty(std::string_view name);
// One of these, or a relationship. INVALID_ARGUMENT `NAME_SYNTAX`.
Result<Party> ParseSubject(std::string_view name);

// Collects the broken rules of the fields of one thing, each field under `prefix`. What it refers to must outlive it.
class FieldRules {
 public:
  FieldRules(std::string_view prefix, std::vector<Violation>& violations) : prefix_(prefix), violations_(violations) {}

  void That(bool holds, std::string_view field, const char* reason, std::string description);
  // A text for people: trimmed, and of at most so many characters of UTF-8 without control characters. Line breaks are
  // allowed in one that may have several lines.
  void Text(std::string& text, std::string_view field, size_t characters_max, bool lines = false);
  // A code: empty, or 1-63 lower-case letters, digits and hyphens.
  void Code(const std::string& text, std::string_view field, const char* example);
  // The user of `users/{uuid}`; nil when the name is empty, or is none.
  Uuid User(std::string_view name, std::string_view field);

 private:
  const std::string prefix_;
  std::vector<Violation>& violations_;
};

// The etag of a version, in quotes as HTTP has them.
std::string EtagOf(int64_t version);

}  // namespace vefa::contact
