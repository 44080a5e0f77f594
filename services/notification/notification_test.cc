#include "services/notification/notification.h"

#include <gtest/gtest.h>

namespace vefa::notification {
namespace {

TEST(OriginatorTest, IsANameThatFitsAHeader) {
  EXPECT_TRUE(IsOriginator("campaigns/win-back"));
  EXPECT_TRUE(IsOriginator("journeys/0192f0c1_a.b"));
  for (const char* bad : {"", "campaigns", "campaigns/", "/x", "a/b c", "a/b\r\nBcc: e@e.e", "a/b/c", "a/ü", "a/b:c"})
    EXPECT_FALSE(IsOriginator(bad)) << bad;
  EXPECT_FALSE(IsOriginator("a/" + std::string(199, 'x')));
}

TEST(ReplyTest, SaysTheCodeOnce) {
  EXPECT_EQ(ReplyLine(550, "5.1.1", "5.1.1 No such mailbox"), "550 5.1.1 No such mailbox");
  EXPECT_EQ(ReplyLine(250, "", "Ok"), "250 Ok");
  EXPECT_EQ(ReplyLine(0, "5.1.3", "the address cannot be written"), "5.1.3 the address cannot be written");
  EXPECT_EQ(ReplyLine(0, "", "CONSENT_WITHDRAWN"), "CONSENT_WITHDRAWN");
  EXPECT_EQ(ReplyCode(550, "5.1.1", "5.1.1 No such mailbox ali@x.example"), "550 5.1.1");
  EXPECT_EQ(ReplyCode(250, "", "Ok"), "250");
  EXPECT_EQ(ReplyCode(0, "", "CONSENT_WITHDRAWN"), "CONSENT_WITHDRAWN");
}

}  // namespace
}  // namespace vefa::notification
