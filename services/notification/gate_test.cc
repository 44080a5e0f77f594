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
            EXPECT_EQ(RefusalName(Decide({exists, address, suppressed, consent, paused})), reasons.substr(0, reasons.find(' ')));
          }
        }
      }
    }
  }
}

TEST(GateTest, WhatAsksToConfirmGoesToWhoWaitsForItWhateverElseWasSaid) {
  for (int state = 0; state <= 5; ++state) {
    RecipientFacts facts{true, true, false, static_cast<ConsentState>(state), true, true, true};
    EXPECT_EQ(Decide(facts), Refusal::kNone);
    facts.can_confirm = false;
    EXPECT_EQ(Decide(facts), Refusal::kConfirmationNotWanted);
    facts.suppressed = true;
    EXPECT_EQ(Decide(facts), Refusal::kSuppressed);
  }
}

TEST(GateTest, WhatRestsOnAnotherBasisNeedsNoAgreement) {
  for (int state = 0; state <= 5; ++state) {
    RecipientFacts facts{true, true, false, static_cast<ConsentState>(state)};
    facts.needs_no_consent = true;
    EXPECT_EQ(Decide(facts), Refusal::kNone);
    facts.paused = true;
    EXPECT_EQ(Decide(facts), Refusal::kPaused);
    facts.suppressed = true;
    EXPECT_EQ(Decide(facts), Refusal::kSuppressed);
  }
}

TEST(GateTest, OnlyAGrantLetsAMessageGo) {
  EXPECT_EQ(Decide({true, true, false, ConsentState::kGranted}), Refusal::kNone);
  EXPECT_EQ(Decide({}), Refusal::kContactUnknown);
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
  EXPECT_EQ(RefusalOf("SOMETHING"), Refusal::kNone);
}

}  // namespace
}  // namespace vefa::notification
