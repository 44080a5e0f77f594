// The parts of duplicate.h that compare words.
#include <algorithm>
#include <array>
#include <cctype>

#include "libs/text/fold.h"
#include "services/contact/duplicate/duplicate.h"

namespace vefa::contact {
namespace {

constexpr std::array<std::string_view, 14> kTitles{"bay", "bayan", "bey", "dr", "frau", "hanim", "herr", "madame", "miss",
                                                   "mr", "mrs", "ms", "prof", "sayin"};
constexpr size_t kPrefixMax = 4;         // What Winkler's bonus looks at.
constexpr double kPrefixShare = 0.1;

bool IsWordByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80; }

double Jaro(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  size_t reach = std::max(a.size(), b.size()) / 2;
  reach = reach > 0 ? reach - 1 : 0;
  std::vector<bool> of_a(a.size()), of_b(b.size());
  size_t common = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t end = std::min(b.size(), i + reach + 1);
    for (size_t j = i > reach ? i - reach : 0; j < end; ++j) {
      if (of_b[j] || a[i] != b[j]) continue;
      of_a[i] = of_b[j] = true;
      ++common;
      break;
    }
  }
  if (common == 0) return 0;
  size_t swapped = 0;
  for (size_t i = 0, j = 0; i < a.size(); ++i) {
    if (!of_a[i]) continue;
    while (!of_b[j]) ++j;
    if (a[i] != b[j++]) ++swapped;
  }
  double m = static_cast<double>(common);
  return (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
          (m - static_cast<double>(swapped) / 2) / m) / 3;
}

}  // namespace

std::vector<std::string> NameWords(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  for (char c : text::FoldForSearch(name) + " ") {
    if (IsWordByte(c)) {
      word += c;
    } else if (!word.empty()) {
      if (std::find(kTitles.begin(), kTitles.end(), word) == kTitles.end()) words.push_back(word);
      word.clear();
    }
  }
  std::sort(words.begin(), words.end());
  return words;
}

double WordLikeness(std::string_view a, std::string_view b) {
  double jaro = Jaro(a, b);
  size_t prefix = 0;
  while (prefix < std::min({a.size(), b.size(), kPrefixMax}) && a[prefix] == b[prefix]) ++prefix;
  return jaro + static_cast<double>(prefix) * kPrefixShare * (1 - jaro);
}

bool IsOneEditAway(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1 || a == b) return false;
  size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (a.size() < b.size()) return a.substr(i) == b.substr(i + 1);
  if (a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

}  // namespace vefa::contact
