#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/contact/attribute/attribute.h"
#include "services/contact/contact.h"

// What people write into the cells of a file, in Turkish and English.
namespace vefa::contact {

// Lower case without marks, words joined by `_`: how headings and words are compared.
std::string PlainWord(std::string_view text);
// `tr` or `en` of a code or a name of the language; the text itself when it is neither.
std::string LanguageOf(std::string_view text);
// A country's code of a code in any case, or of the names of Türkiye; the text itself when it is neither.
std::string CountryOf(std::string_view text);
// Split at commas, semicolons and bars; empty ones left out.
std::vector<std::string> ListOf(std::string_view text);
// Yes and no in both languages.
std::optional<bool> YesOrNo(std::string_view text);
// kNeverAsked when the text says nothing that we know.
ConsentState ConsentStateOf(std::string_view text);
// A value as the definition's type has it; nullopt when the text is none of the type. Whether it fits the definition is not looked at.
std::optional<AttributeValue> AttributeOf(const AttributeDefinition& definition, std::string_view text);
// A moment: RFC 3339, a date, or a date as Turkish has it (31.12.2025).
std::optional<Time> TimeOf(std::string_view text);

}  // namespace vefa::contact
