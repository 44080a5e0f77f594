#include "services/gateway/preference_form.h"

#include <charconv>
#include <set>

#include "libs/base/text.h"
#include "libs/http/url.h"
#include "libs/rpc/time.h"
#include "services/gateway/public_page.h"

namespace vefa::gateway {
namespace {

constexpr PreferenceTexts kEnglishPreferences{
    "en", "What you hear from us", "Your choice is saved.", "Topics", "How often, at most?", "No limit", {"", " a week"}, "Pause everything?",
    "No pause", {"Until ", ""}, {"For ", " days"}, "Save", "Nothing more of all this"};
constexpr PreferenceTexts kTurkishPreferences{
    "tr", "Bizden ne duyacaksınız", "Seçiminiz kaydedildi.", "Konular", "En çok ne sıklıkla?", "Sınırsız", {"Haftada ", " ileti"},
    "Her şeye ara verilsin mi?", "Ara verme", {"", " gününe kadar"}, {"", " gün boyunca"}, "Kaydet", "Bunların hiçbirini istemiyorum"};

constexpr char kKeep[] = "keep";  // The pause that there is.

std::string Option(const std::string& value, bool selected, const std::string& text) {
  return "<option value=\"" + value + "\"" + (selected ? " selected" : "") + ">" + text + "</option>";
}

std::string Around(const char* const (&words)[2], const std::string& what) { return words[0] + what + words[1]; }

std::string Select(const char* name, const char* label, const std::string& options) {
  return std::string("<label for=\"") + name + "\">" + label + "</label><select id=\"" + name + "\" name=\"" + name + "\">" + options +
         "</select>";
}

std::optional<int32_t> Number(const std::string& text) {
  int32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

const PreferenceTexts& PreferenceTextsIn(std::string_view language) {
  return language.starts_with("tr") ? kTurkishPreferences : kEnglishPreferences;
}

std::string PreferenceForm(const contact::v1::PreferencePage& page, const PreferenceTexts& texts, bool saved) {
  std::string html = saved ? std::string("<p role=\"status\">") + texts.saved + "</p>" : "";
  // Without `action` the form goes to the page's own address, token included.
  html += "<form method=\"post\">";
  if (!page.topics().empty()) html += std::string("<fieldset><legend>") + texts.topics + "</legend>";
  for (const auto& topic : page.topics()) {
    const std::string code = EscapeHtml(topic.code());
    // What was shown and is not chosen is off; what was not shown stays as it is.
    html += "<input type=\"hidden\" name=\"shown\" value=\"" + code + "\"><label><input type=\"checkbox\" name=\"topic\" value=\"" + code +
            "\"" + (topic.subscribed() ? " checked" : "") + "> " + EscapeHtml(topic.title()) + "</label>";
  }
  if (!page.topics().empty()) html += "</fieldset>";
  std::set<int32_t> caps{1, 2, 3, 7};
  if (page.messages_per_week() > 0) caps.insert(page.messages_per_week());
  std::string options = Option("0", page.messages_per_week() == 0, texts.no_limit);
  for (int32_t cap : caps)
    options += Option(std::to_string(cap), cap == page.messages_per_week(), Around(texts.a_week, std::to_string(cap)));
  html += Select("week", texts.often, options);
  options.clear();
  if (page.has_pause_until())
    options += Option(kKeep, true, Around(texts.until, ToRfc3339(rpc::FromProto(page.pause_until())).substr(0, 10)));
  options += Option("0", !page.has_pause_until(), texts.no_pause);
  for (const char* days : {"7", "30", "90"}) options += Option(days, false, Around(texts.for_days, days));
  html += Select("pause", texts.pause, options);
  html += std::string("<button type=\"submit\">") + texts.save + "</button>";
  if (!page.topics().empty())
    html += std::string("<button type=\"submit\" name=\"none\" value=\"1\">") + texts.nothing + "</button>";
  return html + "</form>";
}

std::optional<contact::v1::SavePreferencePageRequest> ReadPreferenceForm(std::string_view body) {
  auto fields = http::ParseQuery(body);
  if (!fields.ok()) return std::nullopt;
  contact::v1::SavePreferencePageRequest request;
  std::set<std::string> chosen;
  bool none = false, complete = false;
  for (const auto& [name, value] : *fields) {
    if (!IsUtf8(value)) return std::nullopt;
    if (name == "shown") (*request.mutable_topics())[value] = false;
    if (name == "topic") chosen.insert(value);
    if (name == "none") none = true;
    if (name != "week" && name != "pause") continue;
    auto number = Number(value);
    if (!number && !(name == "pause" && value == kKeep)) return std::nullopt;
    if (name == "week") {
      request.set_messages_per_week(*number);
      complete = true;
    } else if (number) {
      request.set_pause_days(*number);
    }
  }
  if (!complete) return std::nullopt;
  for (auto& [code, subscribed] : *request.mutable_topics()) subscribed = !none && chosen.contains(code);
  return request;
}

}  // namespace vefa::gateway
