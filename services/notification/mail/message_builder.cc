#include "services/notification/mail/message_builder.h"

#include <algorithm>

namespace vefa::notification {
namespace {

constexpr size_t kSubjectMax = 500;

Error InField(Error error, const std::string& language, const char* field) {
  std::string path = "content.texts[" + language + "]." + field;
  return Violations({{path, error.reason, error.message}});
}

// Words come from people, names too: a line end in a subject becomes a space.
std::string OneLine(std::string text) {
  std::replace_if(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; }, ' ');
  if (text.size() > kSubjectMax) {
    size_t end = kSubjectMax;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  return text;
}

}  // namespace

Result<MessageBuilder> MessageBuilder::Compile(const std::map<std::string, Words>& words, const Mailbox& sender) {
  MessageBuilder builder(sender);
  if (words.count("en") == 0)
    return Violations({{"content.texts", "ENGLISH_MISSING", "Give the words in `en`: they serve every other language."}});
  for (const auto& [language, texts] : words) {
    auto subject = Pattern::Parse(texts.subject);
    if (!subject.ok()) return InField(subject.error(), language, "subject");
    auto text = Pattern::Parse(texts.text);
    if (!text.ok()) return InField(text.error(), language, "text");
    auto html = Pattern::Parse(texts.html);
    if (!html.ok()) return InField(html.error(), language, "html");
    for (const Pattern* pattern : {&*subject, &*text, &*html}) builder.asks_to_confirm_ |= pattern->Uses(&Fields::confirmation_url);
    Compiled compiled{*std::move(subject), WireBody(*text, false), std::nullopt};
    if (!texts.html.empty()) compiled.html.emplace(*html, true);
    builder.compiled_.emplace(language, std::move(compiled));
  }
  return builder;
}

std::string MessageBuilder::LanguageFor(const std::string& wanted) const {
  if (compiled_.count(wanted) > 0) return wanted;
  std::string primary = wanted.substr(0, wanted.find('-'));
  return compiled_.count(primary) > 0 ? primary : "en";
}

void MessageBuilder::AppendHeaders(const MailFacts& facts, const std::string& subject, std::string& out) const {
  out += "Date: " + MailDate(facts.date) + "\r\n";
  out += *MailboxHeader("From", sender_.display_name, sender_.address);
  auto to = MailboxHeader("To", facts.display_name.Reveal(), facts.address.Reveal());
  out += to.ok() ? *to : "To: <" + facts.address.Reveal() + ">\r\n";
  out += *TextHeader("Subject", subject);
  out += "Message-ID: <" + facts.message.ToString() + "@" + sender_.domain + ">\r\n";
  out += "List-Id: <" + facts.purpose + "." + sender_.domain + ">\r\n";
  out += "List-Unsubscribe: <" + facts.unsubscribe_url + ">\r\n";
  out += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
  out += "Feedback-ID: " + facts.originator.substr(facts.originator.find('/') + 1) + ":" + facts.purpose +
         ":marketing:vefa\r\n";
  out += "MIME-Version: 1.0\r\n";
}

std::string MessageBuilder::Build(const MailFacts& facts) const {
  const Compiled& words = compiled_.at(LanguageFor(facts.language));
  Fields fields{facts.display_name.Reveal(), facts.unsubscribe_url,  facts.campaign_name,
                facts.preferences_url,       facts.confirmation_url, facts.purpose_title};
  std::string out;
  out.reserve(8192);
  AppendHeaders(facts, OneLine(words.subject.Fill(fields)), out);
  constexpr std::string_view kEncoding = "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
  if (!words.html) {
    out.append("Content-Type: text/plain").append(kEncoding);
    words.text.Append(fields, out);
    return out;
  }
  // "=_" cannot occur in quoted-printable, so no text can hold the boundary (RFC 2045 6.7).
  std::string boundary = "=_" + facts.message.ToString();
  out += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
  out.append("--").append(boundary).append("\r\nContent-Type: text/plain").append(kEncoding);
  words.text.Append(fields, out);
  out.append("\r\n--").append(boundary).append("\r\nContent-Type: text/html").append(kEncoding);
  words.html->Append(fields, out);
  out.append("\r\n--").append(boundary).append("--\r\n");
  return out;
}

}  // namespace vefa::notification
