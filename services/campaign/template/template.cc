#include "services/campaign/template/template.h"

#include <algorithm>

#include "libs/base/text.h"
#include "services/campaign/text_rules.h"

namespace vefa::campaign {
namespace {

constexpr size_t kLanguagesMax = 20;
constexpr size_t kLanguageMax = 35;      // bytes, the longest tag of RFC 5646's advice
constexpr size_t kSubjectMax = 200;      // characters
constexpr size_t kTextMax = 64 << 10;    // bytes
constexpr size_t kHtmlMax = 256 << 10;   // bytes
constexpr size_t kTemplateMax = 1 << 20;  // bytes in all languages: it travels with every batch
constexpr size_t kTemplateViolationsMax = 10;

constexpr std::string_view kUnsubscribeUrl = "{{unsubscribe_url}}";
constexpr std::string_view kPlaceholders[] = {"contact.display_name", "unsubscribe_url", "preferences_url", "campaign.name"};

bool IsLanguage(const std::string& tag) {
  if (tag.size() < 2 || tag.size() > kLanguageMax || tag.front() == '-' || tag.back() == '-') return false;
  return std::all_of(tag.begin(), tag.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Checks every `{{…}}` of a text, to the letter: what is not replaced would reach the reader.
void CheckPlaceholders(const std::string& text, const std::string& field, std::vector<Violation>& violations) {
  for (size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at + 2)) {
    size_t end = text.find("}}", at);
    std::string_view name =
        end == std::string::npos ? std::string_view() : std::string_view(text).substr(at + 2, end - at - 2);
    if (std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) != std::end(kPlaceholders)) continue;
    violations.push_back({field, "PLACEHOLDER_UNKNOWN",
                          "Use {{contact.display_name}}, {{unsubscribe_url}}, {{preferences_url}} and {{campaign.name}}, written just so."});
    return;
  }
}

void CheckBody(const std::string& body, const std::string& field, size_t bytes_max, std::vector<Violation>& violations) {
  if (!IsUtf8(body)) {
    violations.push_back({field, "NOT_UTF8", "Give text in UTF-8 without NUL."});
    return;
  }
  Require(body.size() <= bytes_max, field, "TOO_LONG", "Give a shorter text.", violations);
  CheckPlaceholders(body, field, violations);
  Require(body.find(kUnsubscribeUrl) != std::string::npos, field, "UNSUBSCRIBE_MISSING",
          "Put {{unsubscribe_url}} where the reader can end these messages.", violations);
}

void CheckText(const TemplateText& text, std::vector<Violation>& violations) {
  std::string field = "template.texts[" + (IsLanguage(text.language) ? text.language : std::string("?")) + "]";
  Require(IsLanguage(text.language), field, "LANGUAGE_SYNTAX", "Give a BCP 47 language, for example en or tr.",
          violations);
  if (!IsUtf8(text.subject)) {
    violations.push_back({field + ".subject", "NOT_UTF8", "Give text in UTF-8 without NUL."});
  } else {
    Require(!text.subject.empty(), field + ".subject", "REQUIRED", "Give a subject.", violations);
    Require(Utf8Length(text.subject) <= kSubjectMax, field + ".subject", "TOO_LONG", "Give at most 200 characters.",
            violations);
    Require(!HasControl(text.subject), field + ".subject", "CONTROL_CHARACTER", "Give one line.", violations);
    CheckPlaceholders(text.subject, field + ".subject", violations);
  }
  Require(!text.text.empty(), field + ".text", "REQUIRED", "Give a plain text.", violations);
  if (!text.text.empty()) CheckBody(text.text, field + ".text", kTextMax, violations);
  if (!text.html.empty()) CheckBody(text.html, field + ".html", kHtmlMax, violations);
}

}  // namespace

void Normalise(Template& content, std::vector<Violation>& violations) {
  CheckId(content.slug, "template_id", violations);
  NormaliseDisplayName(content.display_name, "template.display_name", violations);
  std::sort(content.texts.begin(), content.texts.end());
  Require(content.texts.size() <= kLanguagesMax, "template.texts", "TOO_MANY_LANGUAGES", "Give at most 20 languages.",
          violations);
  bool english = std::any_of(content.texts.begin(), content.texts.end(),
                             [](const TemplateText& text) { return text.language == "en"; });
  Require(english, "template.texts", "LANGUAGE_MISSING", "Give a text in en: it serves every other language.",
          violations);
  size_t bytes = 0;
  for (const TemplateText& text : content.texts) {
    bytes += text.subject.size() + text.text.size() + text.html.size();
    if (violations.size() < kTemplateViolationsMax) CheckText(text, violations);
  }
  Require(bytes <= kTemplateMax, "template.texts", "TOO_LARGE", "Give at most 1 MB in all languages together.",
          violations);
  if (violations.size() > kTemplateViolationsMax) violations.resize(kTemplateViolationsMax);
}

bool SameContent(const Template& left, const Template& right) {
  return left.display_name == right.display_name && left.texts == right.texts;
}

}  // namespace vefa::campaign
