#include "services/contact/merge/consent_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace vefa::contact {
namespace {

using enum ConsentState;

Time ConsentDay(int day) { return Time(std::chrono::hours(24 * day)); }

Word Said(ConsentState state, int day, Channel channel = Channel::kEmail) { return {"news", channel, state, ConsentDay(day)}; }

// What holds of `news` by e-mail.
ConsentState Holds(const std::vector<Word>& own, const std::vector<OtherWords>& others) {
  for (const Word& word : RuleConsents(own, others))
    if (word.channel == Channel::kEmail && word.purpose == "news") return word.state;
  for (const Word& word : own)
    if (word.channel == Channel::kEmail) return word.state;
  return kNeverAsked;
}

OtherWords Other(std::vector<Word> words, bool used, int day = 10) {
  return {ConsentDay(day), used ? std::vector{Channel::kEmail} : std::vector<Channel>{}, std::move(words)};
}

TEST(ConsentRuleTest, AWordOfAnotherOnlyRestricts) {
  EXPECT_EQ(Holds({Said(kGranted, 1)}, {Other({Said(kWithdrawn, 2)}, false)}), kWithdrawn);
  EXPECT_EQ(Holds({Said(kWithdrawn, 1)}, {Other({Said(kGranted, 2)}, false)}), kWithdrawn);
  EXPECT_EQ(Holds({Said(kGranted, 1)}, {Other({}, false)}), kGranted);
  EXPECT_EQ(Holds({}, {Other({Said(kGranted, 2)}, false)}), kNeverAsked);
  EXPECT_EQ(Holds({}, {Other({Said(kRefused, 2)}, false)}), kRefused);
  EXPECT_EQ(Holds({Said(kGranted, 1)}, {Other({Said(kPending, 2)}, false), Other({Said(kExpired, 2)}, false)}), kExpired);
}

TEST(ConsentRuleTest, WhoseAddressIsUsedRules) {
  EXPECT_EQ(Holds({}, {Other({Said(kGranted, 2)}, true)}), kGranted);
  EXPECT_EQ(Holds({Said(kGranted, 1)}, {Other({}, true)}), kNeverAsked);
  EXPECT_EQ(Holds({Said(kGranted, 1)}, {Other({Said(kGranted, 2)}, true)}), kGranted);
  EXPECT_EQ(Holds({Said(kWithdrawn, 1)}, {Other({Said(kGranted, 2)}, true)}), kWithdrawn);
  EXPECT_EQ(Holds({}, {Other({Said(kGranted, 2)}, true), Other({Said(kRefused, 3)}, false)}), kRefused);
}

TEST(ConsentRuleTest, WhatIsSaidOfTheSurvivorAfterwardsGoesFirst) {
  EXPECT_EQ(Holds({Said(kGranted, 11)}, {Other({Said(kWithdrawn, 2)}, false)}), kGranted);
  EXPECT_EQ(Holds({Said(kGranted, 11)}, {Other({}, true)}), kGranted);
  // Until the other says something later than that.
  EXPECT_EQ(Holds({Said(kGranted, 11)}, {Other({Said(kWithdrawn, 12)}, false)}), kWithdrawn);
}

Word AnyWord() {
  return {*rc::gen::element<std::string>("news", "offers"), *rc::gen::element(Channel::kEmail, Channel::kSms),
          *rc::gen::element(kGranted, kWithdrawn, kRefused, kExpired, kPending), ConsentDay(*rc::gen::inRange(0, 20))};
}
std::vector<Word> AnyWords() {
  std::vector<Word> words;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    Word word = AnyWord();
    bool known = false;
    for (const Word& each : words) known = known || (each.purpose == word.purpose && each.channel == word.channel);
    if (!known) words.push_back(word);
  }
  return words;
}
ConsentState StateOf(const std::vector<Word>& words, const std::string& purpose, Channel channel) {
  for (const Word& word : words)
    if (word.purpose == purpose && word.channel == channel) return word.state;
  return kNeverAsked;
}

// Whatever is merged: a yes that holds is one's own, or of the address that is used, and nobody who counts said no.
RC_GTEST_PROP(ConsentRuleProperty, NothingIsAllowedThatNobodyAllowed, ()) {
  std::vector<Word> own = AnyWords();
  std::vector<OtherWords> others;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
    others.push_back({ConsentDay(*rc::gen::inRange(0, 20)), {}, AnyWords()});
  for (OtherWords& other : others)
    if (*rc::gen::arbitrary<bool>()) other.used.push_back(Channel::kEmail);
  auto ruling = RuleConsents(own, others);
  for (const std::string purpose : {"news", "offers"}) {
    for (Channel channel : {Channel::kEmail, Channel::kSms}) {
      ConsentState holds = StateOf(ruling, purpose, channel);
      bool ruled = false;
      for (const Word& word : ruling) ruled = ruled || (word.purpose == purpose && word.channel == channel);
      if (!ruled) holds = StateOf(own, purpose, channel);
      if (holds != kGranted) continue;
      bool agreed = StateOf(own, purpose, channel) == kGranted;
      for (const OtherWords& other : others) {
        bool used = channel == Channel::kEmail && !other.used.empty();
        if (used) agreed = agreed || StateOf(other.words, purpose, channel) == kGranted;
        ConsentState said = StateOf(other.words, purpose, channel);
        if (said != kGranted && said != kNeverAsked) {
          // Only a later yes of the survivor's outweighs it.
          RC_ASSERT(StateOf(own, purpose, channel) == kGranted);
        }
      }
      RC_ASSERT(agreed);
    }
  }
}

}  // namespace
}  // namespace vefa::contact
