#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/contact/search/search_words.h"

// From words somebody typed, and which words there are, to the ranges of hits to read: a pure core.
namespace vefa::contact {

// Words that begin with what was typed are looked through up to so many; beyond them only their hits are read, in order.
inline constexpr int kBeginningsMax = 64;
// Of the words a typo away, the nearest and most frequent.
inline constexpr size_t kTypoWordsMax = 8;
// Of the beginnings, which are tried in a pair: the most frequent.
inline constexpr size_t kPairBeginningsMax = 16;
// A word of so many contacts at most is rare enough for each of them to be looked at.
inline constexpr int64_t kRareContacts = 1000;

struct KnownWord {
  std::string word;
  int64_t contacts = 0;
  int typos = 0;  // Between it and what was typed.
};

// One word that was typed, and the words there are for it.
struct TypedWord {
  std::string text;
  std::vector<KnownWord> beginnings;  // Whole words that begin with it, itself included, in their order.
  bool more_beginnings = false;       // There are more of them.
  int64_t uncounted = 0;              // Hits of a word with digits in it, which has no beginnings here.
  std::vector<KnownWord> typos;       // Nearest first.

  // How many hits there are at least; more than kRareContacts where nobody counted them.
  int64_t Hits() const;
  int64_t WholeHits() const;
  // How badly a word fits: 0 the same, 1 begins with it, 2 and 3 one typo and two; nullopt when it does not. By letters:
  // also a word that is in nobody's vocabulary yet, at the price of comparing.
  std::optional<int> Fit(const std::string& word, bool by_letters) const;
};

// Keeps of `known` the words that a typo turns into `typed`.
std::vector<KnownWord> NearestTypos(const std::string& typed, const std::vector<KnownWord>& known);

// Words from `from` on and before `to`, of which at most `most` hits are read.
struct WordRange {
  std::string from, to;
  int32_t most = 0;
};
WordRange TheWord(const std::string& word, int32_t most);
WordRange Beginning(const std::string& text, int32_t most);
// Everything of one word: itself, what begins with it, typos; what better hits made unnecessary left out.
std::vector<WordRange> RangesOf(const TypedWord& word);
// Names with both words, in either order.
std::vector<WordRange> RangesOfPair(const TypedWord& one, const TypedWord& other);

// How badly a contact with these words fits all that was typed; nullopt when a word has none.
std::optional<int> FitOf(const std::vector<TypedWord>& typed, const std::vector<std::string>& words, bool by_letters);

}  // namespace vefa::contact
