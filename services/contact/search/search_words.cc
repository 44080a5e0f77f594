#include "services/contact/search/search_words.h"

#include <algorithm>
#include <set>

#include "libs/text/fold.h"

namespace vefa::contact {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The beginning of a text, of at most so many bytes and without half a character.
std::string_view FirstBytes(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && IsContinuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

// The letters of a word, each as its bytes.
std::vector<std::string_view> Letters(std::string_view word) {
  std::vector<std::string_view> letters;
  for (size_t begin = 0; begin < word.size();) {
    size_t end = begin + 1;
    while (end < word.size() && IsContinuation(word[end])) ++end;
    letters.push_back(word.substr(begin, end - begin));
    begin = end;
  }
  return letters;
}

bool HasDigit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool HasSign(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9');
  });
}

// One word whatever stands in it but spaces; empty when it cannot be one.
std::string Whole(std::string_view text) {
  const std::string folded = text::FoldForSearch(text);
  if (std::any_of(folded.begin(), folded.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; })) return "";
  return std::string(FirstBytes(folded, kWordBytesMax));
}

// Keeps what is distinct, up to a number.
class WordBag {
 public:
  void Add(std::string_view word, size_t most = kWordsMax) {
    if (!word.empty() && words_.size() < most) words_.insert(std::string(FirstBytes(word, kWordBytesMax)));
  }
  const std::set<std::string>& words() const { return words_; }

 private:
  std::set<std::string> words_;
};

}  // namespace

bool IsCounted(std::string_view word) { return !IsPair(word) && !HasDigit(word); }

std::string PairOf(std::string_view first, std::string_view second) {
  std::string pair = " ";
  pair.append(first).append(" ").append(second);
  return std::string(FirstBytes(pair, kWordBytesMax));
}

std::string NameKeyOf(std::string_view name) {
  std::string key;
  for (const std::string& word : text::SearchWords(name)) key += (key.empty() ? "" : " ") + word;
  std::string cut;
  for (std::string_view letter : Letters(key)) {
    if (cut.size() >= kNameKeyMax && Letters(cut).size() >= kNameKeyMax) break;
    cut += letter;
  }
  return cut;
}

SearchEntry EntryOf(const Contact& contact) {
  WordBag bag;
  std::vector<std::string> paired;
  for (const std::string& word : text::SearchWords(contact.display_name.Reveal())) {
    bag.Add(word, kNameWordsMax);
    if (paired.size() < kPairedWordsMax && std::find(paired.begin(), paired.end(), word) == paired.end()) paired.push_back(word);
  }
  const std::string& email = contact.email.Reveal();
  const size_t at = std::min(email.rfind('@'), email.size());
  // The domain is one word: its parts are those of half the world.
  if (at < email.size()) bag.Add(Whole(std::string_view(email).substr(at + 1)));
  bag.Add(Whole(contact.external_id));
  for (const std::string& word : text::SearchWords(std::string_view(email).substr(0, at))) bag.Add(word);
  // What every external id begins with tells nobody from another.
  for (const std::string& word : text::SearchWords(contact.external_id))
    if (HasDigit(word)) bag.Add(word);
  std::set<std::string> all = bag.words();
  for (const std::string& first : paired)
    for (const std::string& second : paired)
      if (first != second) all.insert(PairOf(first, second));
  return {NameKeyOf(contact.display_name.Reveal()), {all.begin(), all.end()}};
}

std::string JoinWords(const std::vector<std::string>& words) {
  std::string lines;
  for (const std::string& word : words) lines += (lines.empty() ? "" : "\n") + word;
  return lines;
}

std::vector<std::string> SplitWords(std::string_view lines) {
  std::vector<std::string> words;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    words.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return words;
}

std::vector<SearchTerm> TermsOf(std::string_view query) {
  const std::string folded = text::FoldForSearch(query);
  std::vector<SearchTerm> terms;
  auto add = [&](SearchTerm term) {
    auto same = [&](const SearchTerm& known) { return known.whole == term.whole && known.parts == term.parts; };
    if (terms.size() < kTermsMax && std::none_of(terms.begin(), terms.end(), same)) terms.push_back(std::move(term));
  };
  std::string_view left = folded;
  while (!left.empty()) {
    const size_t end = std::min(left.find_first_of(" \t\r\n"), left.size());
    std::string_view chunk = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const size_t at = std::min(chunk.rfind('@'), chunk.size());
    if (at < chunk.size()) {
      // An address: its words, and its domain as far as it is there.
      for (std::string& word : text::SearchWords(chunk.substr(0, at))) add({std::string(FirstBytes(word, kWordBytesMax)), {}});
      std::string domain = Whole(chunk.substr(at + 1));
      if (!domain.empty()) add({std::move(domain), {}});
      continue;
    }
    std::vector<std::string> parts = text::SearchWords(chunk);
    std::string whole = Whole(chunk);
    if (parts.empty()) continue;
    for (std::string& part : parts) part = FirstBytes(part, kWordBytesMax);
    if (parts.size() == 1 && parts.front() == whole) parts.clear();
    add({std::move(whole), std::move(parts)});
  }
  return terms;
}

int TyposAllowed(std::string_view word) {
  if (HasDigit(word) || HasSign(word)) return 0;
  const size_t letters = Letters(word).size();
  return letters < 4 || letters > kTypoLettersMax ? 0 : letters < 8 ? 1 : 2;
}

std::vector<std::string> TypoKeys(std::string_view word) {
  std::set<std::string> keys;
  std::set<std::string> from{std::string(word)};
  for (int i = TyposAllowed(word); i > 0; --i) {
    std::set<std::string> shorter;
    for (const std::string& longer : from) {
      const auto letters = Letters(longer);
      for (size_t left_out = 0; left_out < letters.size(); ++left_out) {
        std::string key;
        for (size_t n = 0; n < letters.size(); ++n)
          if (n != left_out) key += letters[n];
        shorter.insert(std::move(key));
      }
    }
    keys.insert(shorter.begin(), shorter.end());
    from = std::move(shorter);
  }
  return {keys.begin(), keys.end()};
}

int TyposBetween(std::string_view one, std::string_view other, int most) {
  const auto a = Letters(one);
  const auto b = Letters(other);
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > static_cast<size_t>(most)) return most + 1;
  // Three rows of the table of distances between the beginnings of both.
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], most + 1);
}

}  // namespace vefa::contact
