#include "services/contact/search/search_plan.h"

#include <algorithm>
#include <tuple>

#include "services/contact/search/search.h"

namespace vefa::contact {
namespace {

// After every text that begins with another, and before every one that begins with it: no word holds such signs.
constexpr char kLast[] = "\xF4\x8F\xBF\xBF";
constexpr char kFirst[] = "\x01";
// A pair is one name among many: of the rest of its hits nobody learns.
constexpr int32_t kPairHits = 1000;

std::vector<std::string> Frequent(std::vector<KnownWord> words, size_t most) {
  std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.contacts > b.contacts; });
  if (words.size() > most) words.resize(most);
  std::vector<std::string> texts;
  for (KnownWord& word : words) texts.push_back(std::move(word.word));
  return texts;
}

void AddPairs(const TypedWord& whole, const TypedWord& begun, std::vector<WordRange>& ranges) {
  std::vector<std::string> firsts = Frequent(whole.beginnings, kPairBeginningsMax);
  for (const KnownWord& typo : whole.typos) firsts.push_back(typo.word);
  for (const std::string& first : firsts) {
    ranges.push_back(Beginning(PairOf(first, begun.text), kPairHits));
    for (const KnownWord& typo : begun.typos) ranges.push_back(TheWord(PairOf(first, typo.word), kPairHits));
  }
}

}  // namespace

int64_t TypedWord::WholeHits() const {
  return !beginnings.empty() && beginnings.front().word == text ? beginnings.front().contacts : 0;
}

int64_t TypedWord::Hits() const {
  int64_t hits = uncounted + (more_beginnings ? kRareContacts + 1 : 0);
  for (const KnownWord& word : beginnings) hits += word.contacts;
  for (const KnownWord& word : typos) hits += word.contacts;
  return hits;
}

std::optional<int> TypedWord::Fit(const std::string& word, bool by_letters) const {
  if (word.starts_with(text)) return word.size() == text.size() ? 0 : 1;
  for (const KnownWord& typo : typos)
    if (typo.word == word) return 1 + typo.typos;
  if (!by_letters) return std::nullopt;
  const int allowed = std::min(TyposAllowed(text), TyposAllowed(word));
  const int between = allowed == 0 ? 1 : TyposBetween(text, word, allowed);
  return between > allowed ? std::nullopt : std::optional<int>(1 + between);
}

std::vector<KnownWord> NearestTypos(const std::string& typed, const std::vector<KnownWord>& known) {
  std::vector<KnownWord> near;
  for (KnownWord word : known) {
    // A word that begins with what was typed is found as such.
    if (word.word.starts_with(typed)) continue;
    const int allowed = std::min(TyposAllowed(typed), TyposAllowed(word.word));
    word.typos = TyposBetween(typed, word.word, allowed);
    if (word.typos <= allowed) near.push_back(std::move(word));
  }
  std::sort(near.begin(), near.end(), [](const KnownWord& a, const KnownWord& b) {
    return std::tuple(a.typos, -a.contacts, a.word) < std::tuple(b.typos, -b.contacts, b.word);
  });
  auto same = [](const KnownWord& a, const KnownWord& b) { return a.word == b.word; };
  near.erase(std::unique(near.begin(), near.end(), same), near.end());
  if (near.size() > kTypoWordsMax) near.resize(kTypoWordsMax);
  return near;
}

WordRange TheWord(const std::string& word, int32_t most) { return {word, word + kFirst, most}; }
WordRange Beginning(const std::string& text, int32_t most) { return {text, text + kLast, most}; }

std::vector<WordRange> RangesOf(const TypedWord& word) {
  std::vector<WordRange> ranges{TheWord(word.text, kFoundMax)};
  if (word.WholeHits() >= kFoundMax) return ranges;
  ranges.push_back({word.text + kFirst, word.text + kLast, kFoundMax});
  int64_t beginnings = 0;
  for (const KnownWord& known : word.beginnings) beginnings += known.contacts;
  if (beginnings >= kFoundMax) return ranges;
  for (const KnownWord& typo : word.typos) ranges.push_back(TheWord(typo.word, kFoundMax));
  return ranges;
}

std::vector<WordRange> RangesOfPair(const TypedWord& one, const TypedWord& other) {
  std::vector<WordRange> ranges;
  AddPairs(one, other, ranges);
  AddPairs(other, one, ranges);
  return ranges;
}

std::optional<int> FitOf(const std::vector<TypedWord>& typed, const std::vector<std::string>& words, bool by_letters) {
  int sum = 0;
  for (const TypedWord& term : typed) {
    std::optional<int> best;
    for (const std::string& word : words) {
      if (IsPair(word)) continue;
      auto fit = term.Fit(word, by_letters);
      if (fit && (!best || *fit < *best)) best = fit;
    }
    if (!best) return std::nullopt;
    sum += *best;
  }
  return sum;
}

}  // namespace vefa::contact
