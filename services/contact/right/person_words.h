#pragma once

#include <span>
#include <string>
#include <string_view>

// What the fields of a person's document are called for people.
namespace vefa::contact {

// A field of the contract by its name, or a value of an enum or a code of ours by its, in both languages. Written by us: nothing in it needs escaping.
struct PersonWord {
  std::string_view name;
  std::string_view tr, en;
};
// In the order of their names.
std::span<const PersonWord> PersonFieldWords();
std::span<const PersonWord> PersonValueWords();
// `language` is `tr` or `en`. Of a name without words, the name itself in small letters.
std::string WordFor(std::span<const PersonWord> words, std::string_view name, std::string_view language);

}  // namespace vefa::contact
