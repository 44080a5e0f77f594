#include "services/notification/gate.h"

#include <gtest/gtest.h>

namespace vefa::notification {
namespace {

// Every combination of facts against the rules written out a second way: the first of the reasons
// that hold, in their fixed order.
TEST(GateTest, NamesTheFirstReasonInItsOrder) {
  for (bool exists : {false, true}) {
    for (bool address : {false, true}) {
      for (bool suppressed : {false, true}) {
        for (int state = 0; state <= 5; ++state) {
          for (bool paused : {false, true}) {
            const auto consent = static_cast<ConsentState>(state);
            std::string reasons;
            if (!exists) reasons += "CONTACT_UNKNOWN ";
            if (!address) reasons += "NO_ADDRESS ";
            if (suppressed) reasons += "SUPPRESSED ";
            if (state == 0 || state == 3 || state == 4) reasons += "NO_CONSENT ";
            if (consent == ConsentState::kWithdrawn) reasons += "CONSENT_WITHDRAWN ";
            if (consent == ConsentState::kPending) reasons += "CONSENT_PENDING ";
            if (paused) reasons += "PAUSED ";
            EXPECT_EQ(RefusalName(Decide({exists, address, suppressed, consent, paused}).refusal), reasons.substr(0, reasons.find(' ')));
          }
        }
      }
    }
  }
}

TEST(GateTest, WhatAsksToConfirmGoesToWhoWaitsForItWhateverElseWasSaid) {
  for (int state = 0; state <= 5; ++state) {
    RecipientFacts facts{true, true, false, static_cast<ConsentState>(state), true, true, true};
    EXPECT_EQ(Decide(facts).refusal, Refusal::kNone);
    facts.can_confirm = false;
    EXPECT_EQ(Decide(facts).refusal, Refusal::kConfirmationNotWanted);
    facts.suppressed = true;
    EXPECT_EQ(Decide(facts).refusal, Refusal::kSuppressed);
  }
}

TEST(GateTest, WhatRestsOnAnotherBasisNeedsNoAgreement) {
  for (int state = 0; state <= 5; ++state) {
    RecipientFacts facts{true, true, false, static_cast<ConsentState>(state)};
    facts.needs_no_consent = true;
    EXPECT_EQ(Decide(facts).refusal, Refusal::kNone);
    facts.paused = true;
    EXPECT_EQ(Decide(facts).refusal, Refusal::kPaused);
    facts.suppressed = true;
    EXPECT_EQ(Decide(facts).refusal, Refusal::kSuppressed);
  }
}

TEST(GateTest, AFullWeekRefusesAndQuietHoursHold) {
  RecipientFacts facts{true, true, false, ConsentState::kGranted};
  facts.quiet_until = Time(std::chrono::hours(1));
  EXPECT_EQ(Decide(facts), (GateAnswer{Refusal::kNone, facts.quiet_until}));
  // What is refused is not held.
  facts.limit_reached = true;
  EXPECT_EQ(Decide(facts), (GateAnswer{Refusal::kFrequencyCap, {}}));
  facts.paused = true;
  EXPECT_EQ(Decide(facts).refusal, Refusal::kPaused);
  facts.consent = ConsentState::kWithdrawn;
  EXPECT_EQ(Decide(facts).refusal, Refusal::kConsentWithdrawn);
  // A purpose of our own interest heeds what the person wishes; a contract, the law and the question of a double opt-in do not.
  facts.needs_no_consent = true;
  EXPECT_EQ(Decide(facts).refusal, Refusal::kPaused);
  facts.essential = true;
  EXPECT_EQ(Decide(facts), GateAnswer());
  facts.suppressed = true;
  EXPECT_EQ(Decide(facts).refusal, Refusal::kSuppressed);
  RecipientFacts asked{true, true, false, ConsentState::kPending, false, true, true};
  asked.limit_reached = true;
  asked.quiet_until = Time(std::chrono::hours(1));
  EXPECT_EQ(Decide(asked), GateAnswer());
}

TEST(GateTest, OnlyAGrantLetsAMessageGo) {
  EXPECT_EQ(Decide({true, true, false, ConsentState::kGranted}), GateAnswer());
  EXPECT_EQ(Decide({}).refusal, Refusal::kContactUnknown);
}

TEST(GateTest, NamesAndNumbersAreForEver) {
  EXPECT_EQ(static_cast<int>(RefusalOf("CONTACT_UNKNOWN")), 1);
  EXPECT_EQ(static_cast<int>(RefusalOf("NO_ADDRESS")), 2);
  EXPECT_EQ(static_cast<int>(RefusalOf("SUPPRESSED")), 3);
  EXPECT_EQ(static_cast<int>(RefusalOf("NO_CONSENT")), 4);
  EXPECT_EQ(static_cast<int>(RefusalOf("CONSENT_WITHDRAWN")), 5);
  EXPECT_EQ(static_cast<int>(RefusalOf("CONSENT_PENDING")), 6);
  EXPECT_EQ(static_cast<int>(RefusalOf("CONFIRMATION_NOT_WANTED")), 7);
  EXPECT_EQ(static_cast<int>(RefusalOf("PAUSED")), 8);
  EXPECT_EQ(static_cast<int>(RefusalOf("FREQUENCY_CAP")), 9);
  EXPECT_EQ(RefusalOf("SOMETHING"), Refusal::kNone);
}

}  // namespace
}  // namespace vefa::notification
