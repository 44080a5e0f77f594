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
        for (ConsentState consent : {ConsentState::kNeverAsked, ConsentState::kGranted, ConsentState::kWithdrawn}) {
          std::string reasons;
          if (!exists) reasons += "CONTACT_UNKNOWN ";
          if (!address) reasons += "NO_ADDRESS ";
          if (suppressed) reasons += "SUPPRESSED ";
          if (consent == ConsentState::kNeverAsked) reasons += "NO_CONSENT ";
          if (consent == ConsentState::kWithdrawn) reasons += "CONSENT_WITHDRAWN ";
          EXPECT_EQ(RefusalName(Decide({exists, address, suppressed, consent})), reasons.substr(0, reasons.find(' ')));
        }
      }
    }
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
  EXPECT_EQ(RefusalOf("SOMETHING"), Refusal::kNone);
}

}  // namespace
}  // namespace vefa::notification
