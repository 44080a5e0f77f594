#include "services/campaign/template/template.h"

#include <gtest/gtest.h>

namespace vefa::campaign {
namespace {

Template WinBack() {
  Template content;
  content.slug = "win-back";
  content.display_name = " Win back ";
  content.texts = {{"tr", "Özledik, {{contact.display_name}}", "Merhaba\n{{unsubscribe_url}}", ""},
                   {"en", "{{campaign.name}}", "Hello {{contact.display_name}}\n{{unsubscribe_url}}",
                    "<style>@media print{p{margin:0}}</style><a href=\"{{unsubscribe_url}}\">stop</a>"}};
  return content;
}

std::vector<std::string> Reasons(Template content) {
  std::vector<Violation> violations;
  Normalise(content, violations);
  std::vector<std::string> reasons;
  for (const Violation& violation : violations) reasons.push_back(violation.field + " " + violation.reason);
  return reasons;
}
using List = std::vector<std::string>;

TEST(TemplateTest, IsBroughtToItsStoredForm) {
  Template content = WinBack();
  std::vector<Violation> violations;
  Normalise(content, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(content.display_name, "Win back");
  EXPECT_EQ(content.texts.front().language, "en");
  Template again = WinBack();
  Normalise(again, violations);
  EXPECT_TRUE(SameContent(content, again));
  again.texts.front().text += "!";
  EXPECT_FALSE(SameContent(content, again));
}

TEST(TemplateTest, RefusesPlaceholdersThatNothingFillsIn) {
  for (const char* wrong : {"{{name}}", "{{ contact.display_name }}", "{{contact.display_name", "{{}}", "{{{{",
                            "{{contact.email}}"}) {
    Template content = WinBack();
    content.texts[0].text += wrong;
    EXPECT_EQ(Reasons(content), List{"template.texts[tr].text PLACEHOLDER_UNKNOWN"}) << wrong;
    content = WinBack();
    content.texts[0].subject += wrong;
    EXPECT_EQ(Reasons(content), List{"template.texts[tr].subject PLACEHOLDER_UNKNOWN"}) << wrong;
  }
}

TEST(TemplateTest, EveryBodyLetsTheReaderGo) {
  Template content = WinBack();
  content.texts[0].text = "Merhaba";
  content.texts[1].html = "<p>Hello</p>";
  EXPECT_EQ(Reasons(content), (List{"template.texts[en].html UNSUBSCRIBE_MISSING",
                                    "template.texts[tr].text UNSUBSCRIBE_MISSING"}));
}

TEST(TemplateTest, NeedsEnglishASubjectAndText) {
  Template content = WinBack();
  content.slug = "Win back";
  content.display_name = "";
  content.texts = {{"tr", "", "", ""}, {"t r", "a\nb", "{{unsubscribe_url}}", ""}};
  EXPECT_EQ(Reasons(content),
            (List{"template_id ID_SYNTAX", "template.display_name REQUIRED", "template.texts LANGUAGE_MISSING",
                  "template.texts[?] LANGUAGE_SYNTAX", "template.texts[?].subject CONTROL_CHARACTER",
                  "template.texts[tr].subject REQUIRED", "template.texts[tr].text REQUIRED"}));
}

TEST(TemplateTest, IsBounded) {
  Template content = WinBack();
  content.texts[0].subject = std::string(201, 'x');
  content.texts[0].text = std::string((64 << 10) + 1 - 19, 'x') + "{{unsubscribe_url}}";
  content.texts[0].html = std::string((256 << 10) + 1 - 19, 'x') + "{{unsubscribe_url}}";
  EXPECT_EQ(Reasons(content),
            (List{"template.texts[tr].subject TOO_LONG", "template.texts[tr].text TOO_LONG",
                  "template.texts[tr].html TOO_LONG"}));
  content = WinBack();
  for (int i = 0; i < 19; ++i)
    content.texts.push_back({"x" + std::to_string(i), "s", std::string(60000, 'x') + "{{unsubscribe_url}}", ""});
  EXPECT_EQ(Reasons(content), (List{"template.texts TOO_MANY_LANGUAGES", "template.texts TOO_LARGE"}));
  content = WinBack();
  content.texts[0].text = "\xC3(";
  EXPECT_EQ(Reasons(content), List{"template.texts[tr].text NOT_UTF8"});
}

}  // namespace
}  // namespace vefa::campaign
