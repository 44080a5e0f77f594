#include "services/contact/consent/jurisdiction.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "libs/base/text.h"
#include "services/contact/consent/consent_check.h"

namespace vefa::contact {
namespace {

Time LawTime(const char* text) { return *ParseTime(text); }

const ConsentProfile* ProfileOfToday(std::string_view code) { return FindConsentProfile(code, LawTime("2026-06-01")); }

// Somebody who never said anything of a commercial purpose with a legitimate interest.
ConsentKnowledge Unasked(const ConsentProfile* profile, Channel channel) {
  ConsentKnowledge known;
  known.contact_exists = true;
  known.basis = LawfulBasis::kLegitimateInterest;
  known.commercial = true;
  known.channel = channel;
  known.profile = profile;
  return known;
}

TEST(JurisdictionTest, TheCountrySaysWhoseLaw) {
  for (const char* own : {"DE", "TR", "US"}) EXPECT_EQ(JurisdictionOf(own), own);
  for (const char* united : {"FR", "AT", "SK", "NO", "IS", "LI"}) EXPECT_EQ(JurisdictionOf(united), "EU") << united;
  for (const char* other : {"", "JP", "CH", "GB", "tr"}) EXPECT_EQ(JurisdictionOf(other), "DEFAULT") << other;
}

TEST(JurisdictionTest, EveryVersionHoldsFromItsFirstDayAndKnowsEveryChannel) {
  std::pair<std::string_view, int32_t> last;
  for (const ConsentProfile& profile : ConsentProfiles()) {
    const std::pair place(profile.code, profile.version);
    EXPECT_LT(last, place) << "by code and version";
    EXPECT_EQ(profile.version, last.first == profile.code ? last.second + 1 : 1);
    last = place;
    EXPECT_EQ(FindConsentProfile(profile.code, StartOfDay(profile.first_day)), &profile);
    EXPECT_FALSE(profile.law.empty());
    EXPECT_TRUE(profile.record_days == 0 || !profile.record_law.empty()) << profile.code;
    for (Channel channel : {Channel::kEmail, Channel::kSms, Channel::kPush}) {
      const ChannelLaw* law = LawOf(profile, channel);
      ASSERT_NE(law, nullptr);
      EXPECT_NE(law->without_agreement, WithoutAgreement::kNone);
    }
    EXPECT_EQ(LawOf(profile, Channel::kNone), nullptr);
  }
  EXPECT_EQ(ProfileOfToday("XX"), nullptr);
  EXPECT_EQ(FindConsentProfile("TR", LawTime("1990-01-01"))->version, 1) << "older than the law";
  // What the rest of the platform goes by.
  EXPECT_EQ(LawOf(*ProfileOfToday("TR"), Channel::kSms)->registry, "IYS");
  EXPECT_EQ(LawOf(*ProfileOfToday("TR"), Channel::kEmail)->quiet_hours, (QuietHours{1260, 540}));
  EXPECT_EQ(LawOf(*ProfileOfToday("US"), Channel::kSms)->quiet_hours, (QuietHours{1260, 480}));
  EXPECT_TRUE(ProfileOfToday("DE")->double_opt_in);
}

struct Case {
  const char* code;
  Channel channel;
  const char* unasked;  // Whom the law lets have one: of n (nobody in particular), c (customers), m (merchants), b (both).
};
constexpr Case kCases[] = {
    {"TR", Channel::kEmail, "mb"},     {"TR", Channel::kSms, "mb"},       {"TR", Channel::kPush, "mb"},
    {"EU", Channel::kEmail, "cb"},     {"EU", Channel::kSms, "cb"},       {"EU", Channel::kPush, "cb"},
    {"DE", Channel::kEmail, "cb"},     {"DE", Channel::kSms, "cb"},       {"DE", Channel::kPush, "cb"},
    {"US", Channel::kEmail, "nmcb"},   {"US", Channel::kSms, ""},         {"US", Channel::kPush, "nmcb"},
    {"DEFAULT", Channel::kEmail, "nmcb"}, {"DEFAULT", Channel::kSms, "nmcb"}, {"DEFAULT", Channel::kPush, "nmcb"},
};

TEST(JurisdictionTest, TheLawSaysWhoIsWrittenToUnasked) {
  for (const Case& one : kCases)
    for (char who : {'n', 'm', 'c', 'b'})
      for (int16_t basis = 0; basis <= 6; ++basis) {
        ConsentKnowledge known = Unasked(ProfileOfToday(one.code), one.channel);
        known.basis = static_cast<LawfulBasis>(basis);
        known.merchant = who == 'm' || who == 'b';
        known.customer = who == 'c' || who == 'b';
        const std::string what = std::string(one.code) + " " + std::to_string(static_cast<int>(one.channel)) + who + std::to_string(basis);
        const bool interest = known.basis == LawfulBasis::kLegitimateInterest;
        const bool unasked = std::string_view(one.unasked).find(who) != std::string_view::npos;
        const ConsentDecision decision = Decide(known);
        EXPECT_EQ(decision.allowed, interest ? unasked : basis >= 2) << what;
        EXPECT_EQ(decision.reason == ConsentReason::kLawNeedsConsent, interest && !unasked) << what;
        EXPECT_EQ(decision.profile, known.profile);
        // The same message of no commerce is nobody's business but the purpose's.
        known.commercial = false;
        EXPECT_EQ(Decide(known).allowed, basis >= 2) << what;
        // Nor does the law stand against who agreed, or help against who said no.
        known.commercial = true;
        known.state = ConsentState::kGranted;
        EXPECT_TRUE(Decide(known).allowed) << what;
        known.state = ConsentState::kWithdrawn;
        EXPECT_EQ(Decide(known).allowed, basis >= 2 && !interest) << what;
      }
}

TEST(JurisdictionTest, WhatWasSaidOrIsThePurposesOwnIsNamedBeforeTheLaw) {
  ConsentKnowledge known = Unasked(ProfileOfToday("TR"), Channel::kEmail);
  EXPECT_EQ(Decide(known).reason, ConsentReason::kLawNeedsConsent);
  known.state = ConsentState::kPending;
  EXPECT_EQ(Decide(known).reason, ConsentReason::kPending) << "they can still confirm";
  EXPECT_FALSE(Decide(known).allowed);
  known.state = ConsentState::kGranted;
  known.too_old = true;
  EXPECT_EQ(Decide(known).reason, ConsentReason::kExpired);
  known = Unasked(ProfileOfToday("TR"), Channel::kEmail);
  known.merchant = known.customers_only = true;
  EXPECT_EQ(Decide(known).reason, ConsentReason::kNeverAsked) << "a merchant, but no customer, whom alone the purpose is for";
  EXPECT_FALSE(Decide(Unasked(nullptr, Channel::kEmail)).allowed) << "no law is known";
  EXPECT_FALSE(Decide(Unasked(ProfileOfToday("DEFAULT"), Channel::kNone)).allowed);
  known.contact_exists = false;
  EXPECT_EQ(Decide(known).profile, nullptr);
}

TEST(JurisdictionTest, NoLawAllowsWhatThePurposeForbids) {
  EXPECT_TRUE(rc::check("a profile only ever takes away from what DEFAULT allows", [] {
    const auto flag = [] { return *rc::gen::arbitrary<bool>(); };
    ConsentKnowledge known;
    known.contact_exists = *rc::gen::weightedElement<bool>({{9, true}, {1, false}});
    known.state = static_cast<ConsentState>(*rc::gen::inRange<int>(0, 6));
    known.basis = static_cast<LawfulBasis>(*rc::gen::inRange<int>(0, 7));
    known.channel = static_cast<Channel>(*rc::gen::inRange<int>(0, 4));
    known.customers_only = flag();
    known.customer = flag();
    known.merchant = flag();
    known.commercial = flag();
    known.too_old = flag();
    if (*rc::gen::inRange(0, 10) == 0) known.suppressed_since = Time{};
    if (*rc::gen::inRange(0, 10) == 0) known.objected_since = Time{};
    known.profile = ProfileOfToday("DEFAULT");
    const ConsentDecision without = Decide(known);
    for (const ConsentProfile& profile : ConsentProfiles()) {
      known.profile = &profile;
      const ConsentDecision within = Decide(known);
      RC_ASSERT(!within.allowed || without.allowed);
      RC_ASSERT(!within.whatever_is_said || without.whatever_is_said);
      // It says no for one reason only.
      if (within.allowed != without.allowed) RC_ASSERT(known.commercial && known.basis == LawfulBasis::kLegitimateInterest);
    }
  }));
}

}  // namespace
}  // namespace vefa::contact
