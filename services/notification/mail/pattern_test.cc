#include "services/notification/mail/pattern.h"

#include <gtest/gtest.h>

namespace vefa::notification {
namespace {

std::string Wire(std::string_view text, const Fields& fields, bool html = false) {
  std::string out;
  WireBody(*Pattern::Parse(text), html).Append(fields, out);
  return out;
}

TEST(PatternTest, FillsItsPlaceholders) {
  auto pattern = Pattern::Parse("{{contact.display_name}}: {{ campaign.name }} {{unsubscribe_url}}!");
  ASSERT_TRUE(pattern.ok());
  EXPECT_EQ(pattern->Fill({"Şule", "http://u", "Geri dön"}), "Şule: Geri dön http://u!");
  EXPECT_EQ(Pattern::Parse("{ } }} {")->Fill({}), "{ } }} {");
}

TEST(PatternTest, KnowsTheLinksOfAPersonsOwn) {
  auto pattern = Pattern::Parse("{{purpose.title}} {{preferences_url}} {{confirmation_url}}");
  ASSERT_TRUE(pattern.ok());
  EXPECT_EQ(pattern->Fill({"", "", "", "http://p", "http://c", "News"}), "News http://p http://c");
  EXPECT_TRUE(pattern->Uses(&Fields::confirmation_url));
  EXPECT_FALSE(pattern->Uses(&Fields::unsubscribe_url));
}

TEST(PatternTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(Pattern::Parse("{{contact.email}}").error().reason, "PLACEHOLDER_UNKNOWN");
  EXPECT_EQ(Pattern::Parse("{{}}").error().reason, "PLACEHOLDER_UNKNOWN");
  EXPECT_EQ(Pattern::Parse("x {{contact.display_name").error().reason, "PLACEHOLDER_SYNTAX");
}

TEST(WireBodyTest, PutsFieldsBetweenSoftBreaks) {
  EXPECT_EQ(Wire("Sayın {{contact.display_name}}, siparişiniz\n", {"Şule", "", ""}),
            "Say=C4=B1n=20=\r\n=C5=9Eule=\r\n, sipari=C5=9Finiz\r\n");
  EXPECT_EQ(Wire("a{{contact.display_name}}b", {}), "a=\r\n=\r\nb\r\n");
  EXPECT_EQ(Wire("a{{contact.display_name}}", {"x", "", ""}), "a=\r\nx=\r\n\r\n");
  EXPECT_EQ(Wire("", {}), "\r\n");
}

TEST(WireBodyTest, EscapesInHtmlOnly) {
  Fields fields{"<b>A & \"B\"</b>", "", ""};
  EXPECT_EQ(Wire("{{contact.display_name}}", fields, true), "=\r\n&lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;=\r\n\r\n");
  EXPECT_EQ(Wire("{{contact.display_name}}", fields), "=\r\n<b>A & \"B\"</b>=\r\n\r\n");
}

TEST(WireBodyTest, HasNothingToStuff) {
  Fields fields{".", ".\n.", "From x"};
  std::string wire = Wire(".{{contact.display_name}}\n.\n{{unsubscribe_url}}{{campaign.name}}.", fields);
  EXPECT_FALSE(wire.starts_with("."));
  EXPECT_EQ(wire.find("\r\n."), std::string::npos);
  EXPECT_EQ(wire.find("\r\nFrom "), std::string::npos);
}

}  // namespace
}  // namespace vefa::notification
