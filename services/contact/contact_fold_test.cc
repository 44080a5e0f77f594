#include "services/contact/contact_fold.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <random>

#include "libs/events/fold.h"
#include "libs/rpc/time.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

// What a fold has come to.
struct At {
  v1::ContactSnapshot state;
  bool erased = false;
};

events::Event Record(const v1::ContactEvent& change, int64_t version, int64_t occur_seconds) {
  events::Event event;
  event.subject = "contacts/0191e5f0-0000-7000-8000-0123456789ab";
  event.aggregate_version = version;
  event.occur_time = Time(std::chrono::seconds(occur_seconds));
  event.payload = change.SerializeAsString();
  return event;
}

v1::ContactEvent Created(const std::string& language) {
  v1::ContactEvent change;
  change.mutable_created()->mutable_state()->set_language(language);
  change.mutable_created()->mutable_state()->mutable_personal()->set_key_id("key of " + language);
  return change;
}

v1::ContactEvent Said(bool granted, const std::string& purpose, const std::string& source) {
  v1::ContactEvent change;
  v1::ConsentTerms& terms = granted ? *change.mutable_consent_granted()->mutable_terms()
                                    : *change.mutable_consent_withdrawn()->mutable_terms();
  terms.set_purpose(purpose);
  terms.set_channel(v1::CHANNEL_EMAIL);
  terms.set_source(source);
  return change;
}

v1::ContactEvent Erased() {
  v1::ContactEvent change;
  change.mutable_erased()->set_reason("DATA_SUBJECT_REQUEST");
  return change;
}

// A kind of a later release: a field of the event message that this build does not know.
events::Event OfALaterRelease() {
  events::Event event = Record({}, 2, 1);
  event.payload = std::string("\xfa\x06\x03xyz", 6);  // Field 111, length-delimited.
  return event;
}

void Fold(const std::vector<events::Event>& all, At& at) {
  for (const events::Event& event : all) ASSERT_TRUE(FoldContact(event, at.state, at.erased).ok());
}

TEST(ContactFoldTest, PreferencesAreTheLatestOnesAndGoWithThePerson) {
  auto preferred = [](int a_week) {
    v1::ContactEvent change;
    change.mutable_preferences_changed()->mutable_state()->set_messages_per_week(a_week);
    return change;
  };
  At at;
  Fold({Record(Created("en"), 1, 100), Record(preferred(3), 2, 110), Record(preferred(1), 3, 120)}, at);
  EXPECT_EQ(at.state.preferences().messages_per_week(), 1);
  EXPECT_EQ(at.state.state().language(), "en");
  Fold({Record(Erased(), 4, 130)}, at);
  EXPECT_FALSE(at.state.has_preferences());
}

TEST(ContactFoldTest, OfInterestsScoresAndPersonasTheLatestOfEach) {
  auto learned = [](const std::string& topic, double sum) {
    v1::ContactEvent change;
    auto& interest = *change.mutable_interests_changed()->add_interests();
    interest.set_topic(topic);
    interest.set_kind(v1::INTEREST_KIND_OBSERVED);
    interest.set_sum(sum);
    return change;
  };
  auto crossed = [](const std::string& grade) {
    v1::ContactEvent change;
    change.mutable_lead_score_crossed()->set_definition("scoreDefinitions/lead");
    change.mutable_lead_score_crossed()->set_to_grade(grade);
    return change;
  };
  v1::ContactEvent persona;
  persona.mutable_persona_changed()->add_personas("personas/barista");
  At at;
  Fold({Record(Created("en"), 1, 100), Record(learned("coffee", 1), 2, 110), Record(learned("tea", 1), 3, 120),
        Record(learned("coffee", 2), 4, 130), Record(crossed("B"), 5, 140), Record(crossed("A"), 6, 150), Record(persona, 7, 160)},
       at);
  const v1::RatingState& rating = at.state.rating();
  ASSERT_EQ(rating.interests_size(), 2);
  EXPECT_EQ(rating.interests(0).sum(), 2);
  ASSERT_EQ(rating.lead_scores_size(), 1);
  EXPECT_EQ(rating.lead_scores(0).to_grade(), "A");
  EXPECT_EQ(rating.personas(0), "personas/barista");
}

TEST(ContactFoldTest, TheLatestStateAndTheLatestWordByTheTimeItWasSaid) {
  v1::ContactEvent updated;
  *updated.mutable_updated()->mutable_state() = Created("tr").created().state();
  At at;
  Fold({Record(Created("en"), 1, 100), Record(Said(true, "win-back", "checkout"), 2, 50),
        Record(Said(false, "win-back", "link"), 3, 80), Record(Said(true, "win-back", "import"), 4, 70),
        Record(Said(true, "news", "checkout"), 5, 60), Record(updated, 6, 200)},
       at);
  EXPECT_EQ(at.state.state().language(), "tr");
  EXPECT_EQ(at.state.state().personal().key_id(), "key of tr");
  ASSERT_EQ(at.state.consents_size(), 2);
  // Recorded before the grant of second 70, but said after it.
  EXPECT_EQ(at.state.consents(0).state(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(at.state.consents(0).terms().source(), "link");
  EXPECT_EQ(rpc::FromProto(at.state.consents(0).occur_time()), Time(std::chrono::seconds(80)));
  EXPECT_EQ(at.state.consents(1).state(), v1::Consent::STATE_GRANTED);
  // Of two words of the same moment the one recorded later rules.
  Fold({Record(Said(true, "win-back", "again"), 7, 80)}, at);
  EXPECT_EQ(at.state.consents(0).state(), v1::Consent::STATE_GRANTED);
}

// In whatever order words arrive, of each purpose the one said last counts; of those of one moment the one that was recorded last.
RC_GTEST_PROP(ConsentFoldProperty, TheWordSaidLastCounts, ()) {
  struct Word {
    bool granted;
    int64_t second;
  };
  v1::ContactSnapshot state;
  bool erased = false;
  std::map<std::string, Word> expected;
  const int words = *rc::gen::inRange(0, 20);
  for (int i = 0; i < words; ++i) {
    const std::string purpose = *rc::gen::element<std::string>("win-back", "news", "survey");
    // Few moments, so that some are the same; and some before 1970.
    const Word word{*rc::gen::arbitrary<bool>(), *rc::gen::inRange<int64_t>(-3, 4)};
    RC_ASSERT(FoldContact(Record(Said(word.granted, purpose, std::to_string(i)), i + 1, word.second), state, erased).ok());
    auto [last, first] = expected.emplace(purpose, word);
    if (!first && word.second >= last->second.second) last->second = word;
  }
  RC_ASSERT(state.consents_size() == static_cast<int>(expected.size()));
  for (const auto& consent : state.consents()) {
    const Word& word = expected.at(consent.terms().purpose());
    RC_ASSERT((consent.state() == v1::Consent::STATE_GRANTED) == word.granted);
    RC_ASSERT(rpc::FromProto(consent.occur_time()) == Time(std::chrono::seconds(word.second)));
  }
}

TEST(ContactFoldTest, ARefusalTakesAnAgreementsPlace) {
  v1::ContactEvent refused;
  refused.mutable_consent_changed()->mutable_terms()->set_purpose("win-back");
  refused.mutable_consent_changed()->mutable_terms()->set_channel(v1::CHANNEL_EMAIL);
  refused.mutable_consent_changed()->set_state(v1::Consent::STATE_REFUSED);
  At at;
  Fold({Record(Created("en"), 1, 100), Record(Said(true, "win-back", "checkout"), 2, 50), Record(refused, 3, 80),
        Record(Said(true, "win-back", "import"), 4, 70)},
       at);
  ASSERT_EQ(at.state.consents_size(), 1);
  EXPECT_EQ(at.state.consents(0).state(), v1::Consent::STATE_REFUSED);
  // A state that only a later release knows changes nothing.
  refused.mutable_consent_changed()->set_state(static_cast<v1::Consent::State>(99));
  Fold({Record(refused, 5, 90)}, at);
  EXPECT_EQ(at.state.consents(0).state(), v1::Consent::STATE_REFUSED);
}

TEST(ContactFoldTest, APurposeIsWhatWasDeclaredLastWithItsNewestText) {
  v1::ContactEvent created, updated, published;
  created.mutable_purpose_created()->mutable_state()->set_code("news");
  updated.mutable_purpose_updated()->mutable_state()->set_code("news");
  updated.mutable_purpose_updated()->mutable_state()->set_title("News");
  published.mutable_purpose_text_published()->set_text_version(2);
  At at;
  Fold({Record(created, 1, 1), Record(published, 2, 2), Record(updated, 3, 3)}, at);
  EXPECT_EQ(at.state.purpose().state().title(), "News");
  EXPECT_EQ(at.state.purpose().text_version(), 2);
  EXPECT_FALSE(at.state.has_state());
}

TEST(ContactFoldTest, NothingIsKeptOfAnErasedContact) {
  At at;
  Fold({Record(Created("en"), 1, 1), Record(Said(true, "win-back", "x"), 2, 2), Record(Erased(), 3, 3)}, at);
  EXPECT_TRUE(at.erased);
  EXPECT_EQ(at.state.ByteSizeLong(), 0u);
  Fold({Record(Said(true, "win-back", "x"), 4, 4)}, at);
  EXPECT_TRUE(at.erased);
  EXPECT_EQ(at.state.ByteSizeLong(), 0u);
}

TEST(ContactFoldTest, WhatItDoesNotKnowChangesNothingAndWhatItCannotReadIsAnError) {
  At at;
  Fold({Record(Created("en"), 1, 1)}, at);
  std::string before = at.state.SerializeAsString();
  Fold({OfALaterRelease()}, at);
  EXPECT_EQ(at.state.SerializeAsString(), before);
  events::Event broken = Record({}, 2, 1);
  broken.payload = "\x0a\xff";
  EXPECT_EQ(FoldContact(broken, at.state, at.erased).error().reason, "EVENT_PAYLOAD");
  EXPECT_EQ(at.state.SerializeAsString(), before);
}

TEST(ContactFoldTest, InWhateverBatchesItComesToTheSame) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    std::vector<events::Event> all{Record(Created("en"), 1, 0)};
    for (int64_t version = 2; version < 30; ++version) {
      unsigned kind = random() % 20;
      int64_t second = static_cast<int64_t>(random() % 10);
      std::string purpose = random() % 2 == 0 ? "win-back" : "news";
      if (kind == 0 && version > 20) all.push_back(Record(Erased(), version, second));
      else if (kind < 3) all.push_back(OfALaterRelease());
      else if (kind < 6) all.push_back(Record(Created(kind % 2 == 0 ? "tr" : "en"), version, second));
      else all.push_back(Record(Said(kind % 2 == 0, purpose, std::to_string(version)), version, second));
    }
    At whole;
    Fold(all, whole);
    // Between two batches a state is stored and read again.
    At parts;
    for (const events::Event& event : all) {
      Fold({event}, parts);
      if (random() % 3 != 0) continue;
      v1::ContactSnapshot stored;
      ASSERT_TRUE(stored.ParseFromString(events::SerializeSorted(parts.state)));
      parts.state = stored;
    }
    EXPECT_EQ(whole.erased, parts.erased) << "seed " << seed;
    EXPECT_EQ(events::SerializeSorted(whole.state), events::SerializeSorted(parts.state)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vefa::contact
