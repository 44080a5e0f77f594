#include "tests/mail_sink/mailbox.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace vefa::mail_sink {
namespace {

class MailboxTest : public testing::Test {
 protected:
  MailboxTest() {
    char pattern[] = "/tmp/vefa-mailbox-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~MailboxTest() override { std::filesystem::remove_all(folder_); }
  std::string Read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  ManualClock clock_{Time(std::chrono::seconds(1700000000))};
  std::string folder_;
};

TEST_F(MailboxTest, WritesALineBeforeTheFlushReturns) {
  auto mailbox = Mailbox::Open(folder_ + "/log", folder_, clock_).value();
  EXPECT_EQ(mailbox->Accept({"a@b.example",
                             {"c@d.example"},
                             "message-id: <1@x>\r\nSubject: Two\r\n words \"q\"\r\nList-Unsubscribe: <http://u/t>\r\n\r\nx"}),
            1);
  EXPECT_EQ(Read("log"), "");
  ASSERT_TRUE(mailbox->Flush().ok());
  EXPECT_EQ(Read("log"),
            "{\"sequence\":1,\"time\":\"2023-11-14T22:13:20.000000Z\",\"from\":\"a@b.example\",\"rcpt\":\"c@d.example\","
            "\"message_id\":\"<1@x>\",\"subject\":\"Two words \\\"q\\\"\",\"bytes\":80,"
            "\"list_unsubscribe\":\"<http://u/t>\",\"list_unsubscribe_post\":\"\"}\n");
  EXPECT_EQ(Read("1.eml").substr(0, 17), "message-id: <1@x>");
}

TEST_F(MailboxTest, RemembersAcrossARestart) {
  {
    auto mailbox = Mailbox::Open(folder_ + "/log", "", clock_).value();
    mailbox->Accept({"a@b.example", {"c@d.example"}, "Message-ID: <1@x>\r\n\r\nx"});
    ASSERT_TRUE(mailbox->Flush().ok());
  }
  auto mailbox = Mailbox::Open(folder_ + "/log", "", clock_).value();
  EXPECT_EQ(mailbox->Accept({"a@b.example", {"c@d.example"}, "Message-ID: <1@x>\r\n\r\nx"}), 2);
  EXPECT_EQ(mailbox->repeated(), 1);
  ASSERT_TRUE(mailbox->Reset().ok());
  EXPECT_EQ(Read("log"), "");
}

TEST_F(MailboxTest, SaysWhenItCannotWrite) {
  EXPECT_FALSE(Mailbox::Open(folder_ + "/no/such/folder", "", clock_).ok());
  auto mailbox = Mailbox::Open("", folder_ + "/no/such/folder", clock_).value();
  mailbox->Accept({"a@b.example", {"c@d.example"}, "x"});
  EXPECT_FALSE(mailbox->Flush().ok());
}

TEST(HeaderOfTest, TakesTheFirstUnfolded) {
  EXPECT_EQ(HeaderOf("A: 1\r\nSubject:\r\n x\r\nSubject: y\r\n\r\nSubject: z\r\n", "Subject"), "x");
  EXPECT_EQ(HeaderOf("A: 1\r\n\r\nSubject: z\r\n", "Subject"), "");
  EXPECT_EQ(HeaderOf("", "Subject"), "");
}

}  // namespace
}  // namespace vefa::mail_sink
