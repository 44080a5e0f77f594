#include "services/notification/mail/message_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/text.h"

namespace vefa::notification {
namespace {

using testing::HasSubstr;
using testing::Not;

class MessageBuilderTest : public testing::Test {
 protected:
  MessageBuilder Compile(const std::string& html) {
    return *MessageBuilder::Compile(
        {{"en", {"Hello {{contact.display_name}}", "Hello {{contact.display_name}}\n{{unsubscribe_url}}\n", html}},
         {"tr", {"Merhaba {{contact.display_name}}", "Merhaba\n", html}}},
        sender_);
  }

  const Mailbox sender_ = *ParseMailbox("Vefa Demo <hello@vefa.example>");
  MailFacts facts_{*Uuid::Parse("0192f0c1-0000-7000-8000-000000000001"),
                   "Ali Can",
                   "ali@d.example",
                   "en",
                   "http://127.0.0.1:18100/u/token",
                   "Win back",
                   "win-back",
                   "campaigns/win-back",
                   *ParseTime("2026-11-22T10:00:00Z")};
};

TEST_F(MessageBuilderTest, WritesHeadersInOneOrder) {
  EXPECT_EQ(Compile("").Build(facts_),
            "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
            "From: Vefa Demo <hello@vefa.example>\r\n"
            "To: Ali Can <ali@d.example>\r\n"
            "Subject: Hello Ali Can\r\n"
            "Message-ID: <0192f0c1-0000-7000-8000-000000000001@vefa.example>\r\n"
            "List-Id: <win-back.vefa.example>\r\n"
            "List-Unsubscribe: <http://127.0.0.1:18100/u/token>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            "Feedback-ID: win-back:win-back:marketing:vefa\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello=20=\r\nAli Can=\r\n\r\n=\r\nhttp://127.0.0.1:18100/u/token=\r\n\r\n");
}

TEST_F(MessageBuilderTest, PutsHtmlLast) {
  std::string mail = Compile("<p>{{contact.display_name}}</p>").Build(facts_);
  EXPECT_THAT(mail, HasSubstr("Content-Type: multipart/alternative;\r\n boundary=\"=_0192f0c1-"));
  EXPECT_LT(mail.find("text/plain"), mail.find("text/html"));
  EXPECT_TRUE(mail.ends_with("--=_0192f0c1-0000-7000-8000-000000000001--\r\n"));
}

TEST_F(MessageBuilderTest, SpeaksTheContactsLanguage) {
  MessageBuilder builder = Compile("");
  for (auto [wanted, language] : {std::pair{"tr", "tr"}, {"tr-TR", "tr"}, {"de", "en"}, {"", "en"}})
    EXPECT_EQ(builder.LanguageFor(wanted), language) << wanted;
  facts_.language = "tr-TR";
  facts_.display_name = "Şule";
  EXPECT_THAT(builder.Build(facts_), HasSubstr("Subject: =?utf-8?b?TWVyaGFiYSDFnnVsZQ==?=\r\n"));
}

TEST_F(MessageBuilderTest, ANameCannotAddAHeader) {
  facts_.display_name = "x\r\nBcc: evil@e.example";
  std::string mail = Compile("").Build(facts_);
  std::string headers = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_THAT(headers, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(headers, HasSubstr("To: <ali@d.example>\r\n"));
  EXPECT_THAT(headers, HasSubstr("Subject: Hello x  Bcc: evil@e.example\r\n"));
}

TEST_F(MessageBuilderTest, RefusesContentWithItsPlace) {
  auto missing = MessageBuilder::Compile({{"tr", {"a", "b", ""}}}, sender_);
  EXPECT_EQ(missing.error().violations.at(0).reason, "ENGLISH_MISSING");
  auto unknown = MessageBuilder::Compile({{"en", {"a", "{{secret}}", ""}}}, sender_);
  EXPECT_EQ(unknown.error().violations.at(0).field, "content.texts[en].text");
  EXPECT_EQ(unknown.error().violations.at(0).reason, "PLACEHOLDER_UNKNOWN");
}

}  // namespace
}  // namespace vefa::notification
