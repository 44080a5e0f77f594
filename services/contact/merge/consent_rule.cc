#include "services/contact/merge/consent_rule.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace vefa::contact {
namespace {

using ConsentAbout = std::pair<std::string, Channel>;

int StrictnessOf(ConsentState state) {
  switch (state) {
    case ConsentState::kGranted: return 0;
    case ConsentState::kNeverAsked: return 1;
    case ConsentState::kPending: return 2;
    case ConsentState::kExpired: return 3;
    case ConsentState::kRefused: return 4;
    case ConsentState::kWithdrawn: return 5;
  }
  return 5;
}

// The strictest of what is said about it.
const Word* FindWord(const std::vector<Word>& words, const ConsentAbout& about) {
  const Word* found = nullptr;
  for (const Word& word : words)
    if (word.purpose == about.first && word.channel == about.second && (found == nullptr || StrictnessOf(word.state) > StrictnessOf(found->state)))
      found = &word;
  return found;
}

bool UsesAddress(const OtherWords& other, Channel channel) {
  return std::find(other.used.begin(), other.used.end(), channel) != other.used.end();
}

Word RuleOne(const ConsentAbout& about, const Word* own, const std::vector<OtherWords>& others) {
  bool ruled = std::any_of(others.begin(), others.end(), [&](const auto& other) { return UsesAddress(other, about.second); });
  // Whose address is not used has given no leave by saying nothing, and taken none.
  std::optional<ConsentState> state;
  if (own != nullptr || !ruled) state = own != nullptr ? own->state : ConsentState::kNeverAsked;
  Time since = own != nullptr ? own->time : Time{};
  for (const OtherWords& other : others) {
    const Word* word = FindWord(other.words, about);
    const ConsentState said = word != nullptr ? word->state : ConsentState::kNeverAsked;
    const Time known = word != nullptr ? std::max(word->time, other.merge_time) : other.merge_time;
    if (own != nullptr && own->time > known) continue;
    if (!UsesAddress(other, about.second) && StrictnessOf(said) <= StrictnessOf(ConsentState::kNeverAsked)) continue;
    if (!state || StrictnessOf(said) > StrictnessOf(*state)) {
      state = said;
      since = known;
    }
  }
  return {about.first, about.second, state.value_or(ConsentState::kNeverAsked), since};
}

}  // namespace

std::vector<Word> RuleConsents(const std::vector<Word>& own, const std::vector<OtherWords>& others) {
  std::map<ConsentAbout, const Word*> abouts;
  for (const Word& word : own) abouts.emplace(ConsentAbout{word.purpose, word.channel}, &word);
  for (const OtherWords& other : others)
    for (const Word& word : other.words) abouts.emplace(ConsentAbout{word.purpose, word.channel}, nullptr);
  std::vector<Word> ruling;
  for (const auto& [about, word] : abouts) {
    Word holds = RuleOne(about, word, others);
    if (holds.state != (word != nullptr ? word->state : ConsentState::kNeverAsked)) ruling.push_back(std::move(holds));
  }
  return ruling;
}

}  // namespace vefa::contact
