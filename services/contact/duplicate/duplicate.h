#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/id.h"
#include "libs/base/personal.h"

// When two records may be of one person: what they are looked for by, and how alike they are. Pure.
namespace vefa::contact {

// What is compared of a record.
struct Likeness {
  Uuid id;
  Personal<std::vector<std::string>> name;    // The words of it, folded, in alphabetical order, titles left out.
  Personal<std::vector<std::string>> emails;  // In their normal form.
  Personal<std::vector<std::string>> phones;  // E.164.
  std::string country;
};

// The words of a name for Likeness.
std::vector<std::string> NameWords(std::string_view name);
// The mailbox that an address stands for, as mail services deliver: without dots in its name and what follows a `+`.
std::string Mailbox(std::string_view email);

// What those have in common that are worth comparing: hashes of addresses, mailboxes, numbers, and of the name of an
// address with the initial of a name. Each once.
std::vector<int64_t> SharedKeys(const Likeness& of);

// The numbers of Duplicate.Reason.Kind of the contract.
enum class LikenessKind : int16_t {
  kEmailSame = 1, kEmailSameMailbox = 2, kEmailSimilar = 3, kEmailSameName = 4, kEmailDifferent = 5, kPhoneSame = 6,
  kPhoneSimilar = 7, kPhoneDifferent = 8, kNameSame = 9, kNameSimilar = 10, kNameShorter = 11, kNamePartlyDifferent = 12,
  kNameDifferent = 13, kCountryDifferent = 14
};
// The weights are logarithms (base 2) of how much likelier the finding is for one person than for two, rounded, in the
// manner of Fellegi and Sunter (1969, "A theory for record linkage"); tests/bench/duplicates says how well they do.
double WeightOf(LikenessKind kind);
struct LikenessReason {
  LikenessKind kind;
  double weight;
};
struct Comparison {
  double score = 0;
  std::vector<LikenessReason> reasons;  // The greatest weight first.
};

// From here on two records are suggested as one person. A shared address or number alone does not reach it, nor does a shared
// name: families share the former, namesakes the latter.
inline constexpr double kDuplicateScore = 7;

Comparison Compare(const Likeness& a, const Likeness& b);

// How alike two words are, 0 to 1 (Jaro, with Winkler's bonus for the beginning). Bytes of folded text.
double WordLikeness(std::string_view a, std::string_view b);
// Whether one edit makes one of the other: a character more, less or other, or two neighbours that change places.
bool IsOneEditAway(std::string_view a, std::string_view b);

}  // namespace vefa::contact
