#include "services/contact/confirmation/confirmation.h"

#include <gtest/gtest.h>

namespace vefa::contact {
namespace {

const ConfirmationLinkKey kLinks(std::string(32, 'f'));

TEST(ConfirmationLinkTest, SaysWhichLineAndNothingElseIsOurs) {
  const SystemClock clock;
  const ConfirmationLink link{NewUuidV7(clock), NewUuidV7(clock), 0x0102'0304'0506'0708};
  const std::string token = kLinks.Make(link);
  EXPECT_EQ(token.size(), 76u);
  auto read = kLinks.Read(token);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->tenant, link.tenant);
  EXPECT_EQ(read->contact, link.contact);
  EXPECT_EQ(read->line, link.line);
  for (size_t at = 0; at < token.size(); ++at) {
    std::string forged = token;
    forged[at] = forged[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(kLinks.Read(forged).ok()) << at;
    EXPECT_FALSE(kLinks.Read(token.substr(0, at)).ok()) << at;
  }
  EXPECT_FALSE(kLinks.Read(token + "A").ok());
  EXPECT_FALSE(ConfirmationLinkKey(std::string(32, 'g')).Read(token).ok());
}

TEST(ConfirmationTest, OnlyWhatIsPendingWaitsAndOnlyForSevenDays) {
  const Time asked_at{std::chrono::hours(1'000'000)};
  Asked asked;
  asked.line.record_time = asked_at;
  for (int state = 0; state <= 5; ++state) {
    asked.line.state = static_cast<ConsentState>(state);
    asked.present = ConsentState::kPending;
    EXPECT_EQ(StandingOf(asked, asked_at).has_value(), asked.line.state == ConsentState::kPending) << state;
  }
  asked.line.state = ConsentState::kPending;
  EXPECT_EQ(StandingOf(asked, asked_at + kConfirmationLife), ConfirmationState::kWaiting);
  EXPECT_EQ(StandingOf(asked, asked_at + kConfirmationLife + std::chrono::microseconds(1)), ConfirmationState::kExpired);
  // Who agreed by another way is not told that it is too late.
  asked.present = ConsentState::kGranted;
  EXPECT_EQ(StandingOf(asked, asked_at + 2 * kConfirmationLife), ConfirmationState::kConfirmed);
  for (ConsentState present : {ConsentState::kNeverAsked, ConsentState::kWithdrawn, ConsentState::kRefused, ConsentState::kExpired}) {
    asked.present = present;
    EXPECT_EQ(StandingOf(asked, asked_at), ConfirmationState::kEnded);
  }
}

}  // namespace
}  // namespace vefa::contact
