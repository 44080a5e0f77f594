#include "services/notification/smtp/verdict.h"

#include <gtest/gtest.h>

namespace vefa::notification::smtp {
namespace {

struct Case {
  Stage stage;
  int code;
  const char* text;
  Fate fate;
  const char* reason;
  bool suppress;
};

class VerdictTest : public testing::TestWithParam<Case> {};

TEST_P(VerdictTest, FollowsTheTable) {
  const Case& c = GetParam();
  Reply reply{c.code, c.text, EnhancedCodeOf(c.code, c.text)};
  Verdict verdict = Classify(c.stage, reply);
  EXPECT_EQ(verdict.fate, c.fate) << c.code << ' ' << c.text;
  EXPECT_STREQ(verdict.reason, c.reason) << c.code << ' ' << c.text;
  EXPECT_EQ(verdict.suppress, c.suppress) << c.code << ' ' << c.text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, VerdictTest,
    testing::Values(Case{Stage::kGreeting, 554, "5.7.1 go away", Fate::kDeferred, "block", false},
                    Case{Stage::kHello, 451, "4.3.2 later", Fate::kDeferred, "busy", false},
                    Case{Stage::kMail, 451, "4.3.0 later", Fate::kDeferred, "busy", false},
                    Case{Stage::kMail, 550, "5.1.8 who are you", Fate::kFailed, "sender", false},
                    Case{Stage::kMail, 552, "5.3.4 too big", Fate::kFailed, "size", false},
                    Case{Stage::kRcpt, 450, "4.7.1 greylisted", Fate::kDeferred, "greylist", false},
                    Case{Stage::kRcpt, 451, "4.2.0 greylisted", Fate::kDeferred, "greylist", false},
                    Case{Stage::kRcpt, 452, "4.5.3 too many", Fate::kQueued, "busy", false},
                    Case{Stage::kRcpt, 452, "4.2.2 full", Fate::kDeferred, "full", false},
                    Case{Stage::kRcpt, 421, "4.7.0 closing", Fate::kQueued, "busy", false},
                    Case{Stage::kRcpt, 550, "5.1.1 no such user", Fate::kBounced, "bad_mailbox", true},
                    Case{Stage::kRcpt, 550, "5.1.3 syntax", Fate::kBounced, "bad_mailbox", true},
                    Case{Stage::kRcpt, 550, "5.1.2 no such domain", Fate::kBounced, "bad_domain", true},
                    Case{Stage::kRcpt, 550, "5.1.10 null MX", Fate::kBounced, "bad_domain", true},
                    Case{Stage::kRcpt, 550, "5.2.1 disabled", Fate::kBounced, "bad_mailbox", true},
                    Case{Stage::kRcpt, 552, "5.2.2 full", Fate::kBounced, "full", false},
                    Case{Stage::kRcpt, 550, "5.7.1 relaying denied", Fate::kFailed, "block", false},
                    Case{Stage::kRcpt, 550, "5.7.26 DMARC", Fate::kFailed, "auth", false},
                    Case{Stage::kRcpt, 550, "No such user here", Fate::kBounced, "bad_mailbox", true},
                    Case{Stage::kRcpt, 550, "Denied", Fate::kFailed, "unclassified", false},
                    Case{Stage::kData, 451, "4.3.0 later", Fate::kDeferred, "busy", false},
                    Case{Stage::kData, 554, "5.7.1 policy", Fate::kFailed, "policy", false},
                    Case{Stage::kDot, 250, "2.0.0 queued", Fate::kAccepted, "ok", false},
                    Case{Stage::kDot, 451, "4.3.0 later", Fate::kDeferred, "busy", false},
                    Case{Stage::kDot, 421, "4.3.2 closing", Fate::kDeferred, "busy", false},
                    Case{Stage::kDot, 554, "5.7.1 spam", Fate::kFailed, "spam", false},
                    Case{Stage::kDot, 554, "5.6.0 bad content", Fate::kFailed, "spam", false},
                    Case{Stage::kDot, 554, "looks like SPAM to us", Fate::kFailed, "spam", false},
                    Case{Stage::kDot, 550, "User unknown", Fate::kFailed, "unclassified", false},
                    Case{Stage::kDot, 354, "what", Fate::kUnknown, "protocol", false},
                    Case{Stage::kMail, 354, "what", Fate::kQueued, "protocol", false}));

TEST(LostTest, IsDecidedByTheDot) {
  EXPECT_EQ(Lost(false).fate, Fate::kQueued);
  EXPECT_EQ(Lost(true).fate, Fate::kUnknown);
}

}  // namespace
}  // namespace vefa::notification::smtp
