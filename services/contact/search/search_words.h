#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/contact/contact.h"

// Which words a contact is found by, and how near two words are: plain values, no I/O. Everything here is folded by
// libs/text, so that case, marks and the letters İ I ı i make no difference.
namespace vefa::contact {

// The longest word that is kept, in bytes; of a longer one the beginning counts.
inline constexpr size_t kWordBytesMax = 64;
// Words of one contact, without its pairs: of a name the first eight, of an address and an external id what is left.
inline constexpr size_t kWordsMax = 20;
inline constexpr size_t kNameWordsMax = 8;
// Words of a name that are paired with each other, in either order: twelve pairs at most.
inline constexpr size_t kPairedWordsMax = 4;
// Of the name, in characters: how hits of one rank are sorted.
inline constexpr size_t kNameKeyMax = 12;
// Longer words are compared letter by letter only.
inline constexpr size_t kTypoLettersMax = 16;

// What a contact is found by.
struct SearchEntry {
  std::string name_key;
  std::vector<std::string> words;  // Distinct and sorted; pairs begin with a space and so come first.
  bool operator==(const SearchEntry&) const = default;
};
SearchEntry EntryOf(const Contact& contact);

// Words as they are stored, one a line.
std::string JoinWords(const std::vector<std::string>& words);
std::vector<std::string> SplitWords(std::string_view lines);

// Under which word two words of a name are found together.
std::string PairOf(std::string_view first, std::string_view second);
inline bool IsPair(std::string_view word) { return word.starts_with(' '); }
// Whether a word is in the vocabulary: words with digits are hardly ever those of two people.
bool IsCounted(std::string_view word);

// What somebody typed between two spaces: either one word with signs in it, as an external id or a domain has, or the
// words between the signs.
struct SearchTerm {
  std::string whole;
  std::vector<std::string> parts;  // Empty where whole has no signs in it.
};
// At most kTermsMax; what is typed beyond them is left out.
inline constexpr size_t kTermsMax = 8;
std::vector<SearchTerm> TermsOf(std::string_view query);
// The beginning of the keys by which names that begin like this are sorted.
std::string NameKeyOf(std::string_view name);

// How many typos a word may have: none below four letters or with digits or signs in it, two from eight letters on.
int TyposAllowed(std::string_view word);
// The word without any one of its letters, or any two: distinct, sorted, without the word itself.
std::vector<std::string> TypoKeys(std::string_view word);
// Letters put in, left out, replaced, or swapped with their neighbour; `most + 1` when there are more than `most`.
int TyposBetween(std::string_view one, std::string_view other, int most);

}  // namespace vefa::contact
