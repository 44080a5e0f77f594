// Words, names and addresses of a mail. Whatever passes the rules of contacts and templates becomes one mail with
// exactly our headers, lines that no server changes, and the very text that was meant when it is decoded.
#include <string>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "services/contact/contact.h"
#include "services/notification/mail/message_builder.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

constexpr size_t kLineMax = 998;  // RFC 5322 2.1.1
constexpr size_t kHeaders = 12;

int Hex(char c) { return c <= '9' ? c - '0' : c - 'A' + 10; }

// RFC 2045 6.7, as any mail program reads it.
std::string Decoded(std::string_view body) {
  std::string text;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '=') {
      text += body[i];
      continue;
    }
    VEFA_CHECK(i + 2 < body.size());
    if (body[i + 1] != '\r') text += static_cast<char>(Hex(body[i + 1]) << 4 | Hex(body[i + 2]));
    i += 2;
  }
  return text;
}

// Line ends as they travel.
std::string WithCrlf(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

void CheckWire(std::string_view mail) {
  size_t start = 0;
  for (size_t i = 0; i < mail.size(); ++i) {
    auto c = static_cast<unsigned char>(mail[i]);
    VEFA_CHECK(c < 127 && (c >= ' ' || c == '\r' || c == '\n' || c == '\t'));
    if (c != '\n') continue;
    VEFA_CHECK(i > 0 && mail[i - 1] == '\r' && i - 1 - start <= kLineMax);
    VEFA_CHECK(mail[start] != '.' && !mail.substr(start).starts_with("From "));
    start = i + 1;
  }
  for (size_t i = 0; i + 1 < mail.size(); ++i) VEFA_CHECK(mail[i] != '\r' || mail[i + 1] == '\n');
  VEFA_CHECK(start == mail.size());
}

// Folded lines belong to the header before them.
void CheckHeaders(std::string_view mail, bool html) {
  std::string_view head = mail.substr(0, mail.find("\r\n\r\n") + 2);
  size_t headers = 0;
  for (size_t at = 0; at < head.size(); at = head.find('\n', at) + 1) headers += head[at] != ' ' && head[at] != '\t';
  VEFA_CHECK(headers == (html ? kHeaders - 1 : kHeaders));
}

void CheckMail(Bytes bytes) {
  contact::Contact person;
  person.external_id = "x";
  person.display_name = std::string(bytes.Until('\0'));
  person.email = std::string(bytes.Until('\0'));
  std::vector<Violation> violations;
  contact::Normalise(person, "", violations);
  notification::Words words{std::string(bytes.Until('\0')), std::string(bytes.Until('\0')), std::string(bytes.Until('\0'))};
  std::string campaign(bytes.Until('\0'));
  if (!violations.empty() || person.email.empty()) return;
  if (!IsUtf8(words.subject) || !IsUtf8(words.text) || !IsUtf8(words.html) || !IsUtf8(campaign)) return;
  auto builder = notification::MessageBuilder::Compile({{"en", words}}, *notification::ParseMailbox("Vefa <hello@vefa.example>"));
  if (!builder.ok()) return;
  notification::MailFacts facts{Uuid{{1}}, person.display_name, person.email, person.language, "http://a.example/u/token",
                                campaign, "win-back", "campaigns/win-back", Time{}};
  std::string mail = builder->Build(facts);
  CheckWire(mail);
  CheckHeaders(mail, !words.html.empty());
  if (!words.html.empty()) return;
  notification::Fields fields{facts.display_name.Reveal(), facts.unsubscribe_url, facts.campaign_name};
  std::string meant = WithCrlf(notification::Pattern::Parse(words.text)->Fill(fields));
  std::string read = Decoded(std::string_view(mail).substr(mail.find("\r\n\r\n") + 4));
  VEFA_CHECK(read == meant || read == meant + "\r\n");
}

void CheckMailbox(std::string_view text) {
  auto mailbox = notification::ParseMailbox(text);
  if (!mailbox.ok() || !IsUtf8(mailbox->display_name + "x")) return;
  auto header = notification::MailboxHeader("From", mailbox->display_name, mailbox->address);
  VEFA_CHECK(header.ok() && header->ends_with("<" + mailbox->address + ">\r\n"));
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::Bytes bytes(data, size);
  vefa::fuzz::CheckMail(bytes);
  vefa::fuzz::CheckMailbox(bytes.rest());
  return 0;
}
