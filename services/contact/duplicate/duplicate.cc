#include "services/contact/duplicate/duplicate.h"

#include <algorithm>
#include <cctype>

namespace vefa::contact {
namespace {

// Words that differ by so little are one word mistyped: `mehmet` and `mehmt`, `yilmaz` and `yilmas`.
constexpr double kSameWord = 0.92;

// FNV-1a, 64 bits: a key only says where to look; two that meet by chance are compared and found to be two.
int64_t KeyOf(char kind, std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  auto add = [&](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL; };
  add(kind);
  for (char c : text) add(c);
  return static_cast<int64_t>(hash);
}

std::string_view LocalPart(std::string_view email) { return email.substr(0, email.rfind('@')); }

// The best that any two of both sides are to each other; nothing where a side has none.
template <typename Compare>
void Best(const std::vector<std::string>& a, const std::vector<std::string>& b, LikenessKind otherwise, Compare compare,
          std::vector<LikenessReason>& reasons) {
  if (a.empty() || b.empty()) return;
  LikenessKind best = otherwise;
  for (const std::string& one : a)
    for (const std::string& other : b) {
      LikenessKind found = compare(one, other);
      if (WeightOf(found) > WeightOf(best)) best = found;
    }
  reasons.push_back({best, WeightOf(best)});
}

LikenessKind CompareEmails(const std::string& a, const std::string& b) {
  if (a == b) return LikenessKind::kEmailSame;
  if (Mailbox(a) == Mailbox(b)) return LikenessKind::kEmailSameMailbox;
  if (IsOneEditAway(a, b)) return LikenessKind::kEmailSimilar;
  return LocalPart(Mailbox(a)) == LocalPart(Mailbox(b)) ? LikenessKind::kEmailSameName : LikenessKind::kEmailDifferent;
}

LikenessKind ComparePhones(const std::string& a, const std::string& b) {
  if (a == b) return LikenessKind::kPhoneSame;
  return IsOneEditAway(a, b) ? LikenessKind::kPhoneSimilar : LikenessKind::kPhoneDifferent;
}

bool IsInitial(const std::string& a, const std::string& b) { return a.size() == 1 && a[0] == b[0]; }

// Each word of the shorter name, or of the first of two as long, finds its most alike among the other's that are left.
LikenessKind CompareNames(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a == b) return LikenessKind::kNameSame;
  if (a.size() > b.size() || (a.size() == b.size() && a > b)) return CompareNames(b, a);
  std::vector<std::string> left = b;
  size_t same = 0, similar = 0, initials = 0;
  for (const std::string& word : a) {
    auto best = std::max_element(left.begin(), left.end(), [&](const auto& x, const auto& y) {
      return WordLikeness(word, x) < WordLikeness(word, y);
    });
    if (best == left.end()) break;
    if (*best == word) {
      ++same;
    } else if (WordLikeness(word, *best) >= kSameWord) {
      ++similar;
    } else {
      best = std::find_if(left.begin(), left.end(),
                          [&](const auto& other) { return IsInitial(word, other) || IsInitial(other, word); });
      if (best == left.end()) continue;
      ++initials;
    }
    left.erase(best);
  }
  if (same + similar == a.size() && a.size() == b.size()) return LikenessKind::kNameSimilar;
  if (same + similar + initials == a.size() && same + similar > 0) return LikenessKind::kNameShorter;
  return same + similar > 0 ? LikenessKind::kNamePartlyDifferent : LikenessKind::kNameDifferent;
}

}  // namespace

double WeightOf(LikenessKind kind) {
  switch (kind) {
    case LikenessKind::kEmailSame: return 6;
    case LikenessKind::kEmailSameMailbox: return 5;
    case LikenessKind::kEmailSimilar: return 2.5;
    case LikenessKind::kEmailSameName: return 1.5;
    case LikenessKind::kEmailDifferent: return -1;
    case LikenessKind::kPhoneSame: return 6;
    case LikenessKind::kPhoneSimilar: return 2;
    case LikenessKind::kPhoneDifferent: return -1;
    case LikenessKind::kNameSame: return 4;
    case LikenessKind::kNameSimilar: return 3;
    case LikenessKind::kNameShorter: return 2;
    case LikenessKind::kNamePartlyDifferent: return -6;
    case LikenessKind::kNameDifferent: return -5;
    case LikenessKind::kCountryDifferent: return -1;
  }
  return 0;
}

std::string Mailbox(std::string_view email) {
  std::string_view local = LocalPart(email);
  std::string mailbox;
  for (char c : local.substr(0, local.find('+')))
    if (c != '.') mailbox += c;
  // What is all dots and pluses stands for itself.
  if (mailbox.empty()) mailbox = local;
  std::string_view domain = email.substr(std::min(local.size(), email.size()));
  return mailbox.append(domain == "@googlemail.com" ? "@gmail.com" : domain);
}

std::vector<int64_t> SharedKeys(const Likeness& of) {
  std::vector<int64_t> keys;
  for (const std::string& email : of.emails.Reveal()) {
    std::string mailbox = Mailbox(email);
    keys.push_back(KeyOf('m', mailbox));
    for (const std::string& word : of.name.Reveal())
      keys.push_back(KeyOf('l', std::string(LocalPart(mailbox)) + "|" + word.substr(0, 1)));
  }
  for (const std::string& phone : of.phones.Reveal()) keys.push_back(KeyOf('p', phone));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

Comparison Compare(const Likeness& a, const Likeness& b) {
  Comparison comparison;
  std::vector<LikenessReason>& reasons = comparison.reasons;
  Best(a.emails.Reveal(), b.emails.Reveal(), LikenessKind::kEmailDifferent, CompareEmails, reasons);
  Best(a.phones.Reveal(), b.phones.Reveal(), LikenessKind::kPhoneDifferent, ComparePhones, reasons);
  if (!a.name.Reveal().empty() && !b.name.Reveal().empty()) {
    LikenessKind names = CompareNames(a.name.Reveal(), b.name.Reveal());
    reasons.push_back({names, WeightOf(names)});
  }
  if (!a.country.empty() && !b.country.empty() && a.country != b.country)
    reasons.push_back({LikenessKind::kCountryDifferent, WeightOf(LikenessKind::kCountryDifferent)});
  for (const LikenessReason& reason : reasons) comparison.score += reason.weight;
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& x, const auto& y) { return x.weight > y.weight; });
  return comparison;
}

}  // namespace vefa::contact
