#include "services/notification/mail/header_text.h"

#include <gtest/gtest.h>

#include <clocale>

#include "libs/base/text.h"

namespace vefa::notification {
namespace {

TEST(TextHeaderTest, Vectors) {
  EXPECT_EQ(*TextHeader("Subject", "İyi günler Şule, siparişin yola çıktı"),
            "Subject: =?utf-8?b?xLB5aSBnw7xubGVyIMWedWxlLCBzaXBhcmnFn2luIHlvbGEgw6c=?=\r\n =?utf-8?b?xLFrdMSx?=\r\n");
  EXPECT_EQ(*TextHeader("Subject", "=?utf-8?q?evil?="), "Subject: =?utf-8?b?PT91dGYtOD9xP2V2aWw/PQ==?=\r\n");
  EXPECT_EQ(*TextHeader("Subject", "Plain words"), "Subject: Plain words\r\n");
  EXPECT_EQ(*TextHeader("Subject", ""), "Subject: \r\n");
}

TEST(TextHeaderTest, RefusesControlCharacters) {
  for (const char* bad : {"x\nBcc: e@e.e", "x\r\ny", "x\ty", "x\x7F"}) {
    auto header = TextHeader("Subject", bad);
    ASSERT_FALSE(header.ok());
    EXPECT_EQ(header.error().reason, "HEADER_CONTROL");
  }
  EXPECT_FALSE(TextHeader("Subject", "\xFF").ok());
}

TEST(TextHeaderTest, FoldsWithinTheLimit) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "siparis ";
  std::string turkish;
  for (int i = 0; i < 40; ++i) turkish += "sipariş ";
  for (const std::string& value : {words, turkish, std::string(300, 'x'), "a " + std::string(300, 'x')}) {
    std::string header = *TextHeader("Subject", value);
    size_t lines = 0;
    for (size_t at = 0; at < header.size(); ++lines) {
      size_t end = header.find("\r\n", at);
      EXPECT_LE(end - at, 76u);
      if (at > 0) {
        EXPECT_EQ(header[at], ' ');
      }
      at = end + 2;
    }
    EXPECT_GT(lines, 4u);
  }
}

TEST(MailboxHeaderTest, Vectors) {
  EXPECT_EQ(*MailboxHeader("To", "Şükrü Öz", "s@x.example"), "To: =?utf-8?b?xZ7DvGtyw7wgw5Z6?= <s@x.example>\r\n");
  EXPECT_EQ(*MailboxHeader("To", "Ali \"Veli\" Can", "a@x.example"), "To: \"Ali \\\"Veli\\\" Can\" <a@x.example>\r\n");
  EXPECT_EQ(*MailboxHeader("To", "Acme, Inc.", "a@x.example"), "To: \"Acme, Inc.\" <a@x.example>\r\n");
  EXPECT_EQ(*MailboxHeader("To", "Ali Can", "a@x.example"), "To: Ali Can <a@x.example>\r\n");
  EXPECT_EQ(*MailboxHeader("To", "", "a@x.example"), "To: <a@x.example>\r\n");
  EXPECT_EQ(MailboxHeader("To", "x\nBcc: e@e.e", "a@x.example").error().reason, "HEADER_CONTROL");
  EXPECT_FALSE(MailboxHeader("To", "x", "a@x.example\r\nBcc: e@e.e").ok());
}

TEST(MailboxHeaderTest, FoldsLongNames) {
  for (const std::string& name : {std::string(200, 'x'), "Acme, " + std::string(190, 'x'), std::string(190, '"')}) {
    std::string header = *MailboxHeader("To", name, "a@x.example");
    for (size_t at = 0; at < header.size();) {
      size_t end = header.find("\r\n", at);
      EXPECT_LE(end - at, 78u);
      at = end + 2;
    }
  }
}

TEST(MailDateTest, SpeaksEnglishInAnyZone) {
  std::setlocale(LC_ALL, "tr_TR.UTF-8");
  EXPECT_EQ(MailDate(*ParseTime("2026-11-22T07:00:00Z"), 180), "Sun, 22 Nov 2026 10:00:00 +0300");
  EXPECT_EQ(MailDate(*ParseTime("2026-11-22T07:00:00.9Z")), "Sun, 22 Nov 2026 07:00:00 +0000");
  EXPECT_EQ(MailDate(*ParseTime("2026-01-01T01:00:00Z"), -210), "Wed, 31 Dec 2025 21:30:00 -0330");
}

TEST(ParseMailboxTest, ReadsNameAndAddress) {
  auto mailbox = ParseMailbox("Vefa Demo <hello@vefa.example>");
  ASSERT_TRUE(mailbox.ok());
  EXPECT_EQ(mailbox->display_name, "Vefa Demo");
  EXPECT_EQ(mailbox->address, "hello@vefa.example");
  EXPECT_EQ(mailbox->domain, "vefa.example");
  EXPECT_EQ(ParseMailbox("hello@vefa.example")->display_name, "");
  for (const char* bad : {"", "Vefa", "<>", "a <b@c", "a@", "@b", "x <a b@c>", "x <a@b>\r\n"})
    EXPECT_FALSE(ParseMailbox(bad).ok()) << bad;
}

}  // namespace
}  // namespace vefa::notification
