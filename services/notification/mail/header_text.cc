#include "services/notification/mail/header_text.h"

#include <algorithm>
#include <cstdio>

#include "libs/base/text.h"

namespace vefa::notification {
namespace {

constexpr size_t kHeaderLineMax = 76;
constexpr size_t kWordMax = 75;
constexpr size_t kPlainWordMax = 60;
constexpr std::string_view kPrefix = "=?utf-8?b?";
constexpr std::string_view kSuffix = "?=";

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
}

Error Control() {
  return InvalidArgument("HEADER_CONTROL", "A header cannot hold a control character: take line ends out.");
}

std::string Base64(std::string_view bytes) {
  std::string text = ToBase64Url(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

// How many octets the character at the start of well-formed UTF-8 has.
size_t CharacterSize(std::string_view text) {
  size_t n = 1;
  while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
  return n;
}

// Encoded words that start at `column`; lines after the first begin with a space.
std::string EncodedWords(std::string_view text, size_t column) {
  std::string out;
  while (!text.empty()) {
    size_t room = std::min(kWordMax, kHeaderLineMax - std::min(column, kHeaderLineMax));
    size_t taken = 0;
    while (taken < text.size()) {
      size_t next = taken + CharacterSize(text.substr(taken));
      if (kPrefix.size() + (next + 2) / 3 * 4 + kSuffix.size() > room && taken > 0) break;
      taken = next;
    }
    if (!out.empty()) out += "\r\n ";
    out += kPrefix;
    out += Base64(text.substr(0, taken));
    out += kSuffix;
    text.remove_prefix(taken);
    column = 1;
  }
  return out;
}

// The longest stretch without a space, where a line cannot be folded.
size_t LongestWord(std::string_view text) {
  size_t longest = 0, current = 0;
  for (char c : text) {
    current = c == ' ' ? 0 : current + 1;
    longest = std::max(longest, current);
  }
  return longest;
}

// Whether a value can only be written as encoded words: it is not ASCII, it would be read as encoded
// words, or it has no place to fold.
bool MustEncode(std::string_view value) {
  return !IsAscii(value) || value.find("=?") != std::string_view::npos || LongestWord(value) > kPlainWordMax;
}

// Plain text broken before words that would pass the limit.
std::string Folded(std::string_view text, size_t column) {
  std::string out;
  while (!text.empty()) {
    size_t space = text.find(' ', 1);
    std::string_view word = text.substr(0, space);
    if (column + word.size() > kHeaderLineMax && word.front() == ' ' && word.size() > 1 && !out.empty()) {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    text.remove_prefix(word.size());
  }
  return out;
}

bool IsAtomText(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

std::string Phrase(std::string_view name, size_t column) {
  // A quoted string does not fold, so a long one is encoded too.
  if (MustEncode(name) || name.size() > kPlainWordMax) return EncodedWords(name, column);
  if (std::all_of(name.begin(), name.end(), IsAtomText)) return Folded(name, column);
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

Result<std::string> TextHeader(std::string_view name, std::string_view value) {
  if (HasControl(value) || !(value.empty() || IsUtf8(value))) return Control();
  std::string line = std::string(name) + ": ";
  line += MustEncode(value) ? EncodedWords(value, line.size()) : Folded(value, line.size());
  return line + "\r\n";
}

Result<std::string> MailboxHeader(std::string_view name, std::string_view display_name, std::string_view address) {
  if (HasControl(display_name) || HasControl(address) || !IsUtf8(display_name)) return Control();
  std::string line = std::string(name) + ": ";
  if (display_name.empty()) return line + "<" + std::string(address) + ">\r\n";
  line += Phrase(display_name, line.size());
  size_t last = line.rfind('\n');
  size_t column = line.size() - (last == std::string::npos ? 0 : last + 1);
  line += column + address.size() + 3 > kHeaderLineMax ? "\r\n <" : " <";
  return line + std::string(address) + ">\r\n";
}

std::string MailDate(Time time, int offset_minutes) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto local = std::chrono::floor<std::chrono::seconds>(time) + std::chrono::minutes(offset_minutes);
  auto day = std::chrono::floor<std::chrono::days>(local);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(local - day);
  int offset = std::abs(offset_minutes);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d %c%02d%02d",
                kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
  return text;
}

Result<Mailbox> ParseMailbox(std::string_view text) {
  Error bad = InvalidArgument("MAILBOX_SYNTAX", "Write a mailbox as `Name <local@domain>`.");
  Mailbox mailbox;
  size_t open = text.find('<');
  if (open == std::string_view::npos) {
    mailbox.address = text;
  } else {
    if (text.back() != '>') return bad;
    mailbox.address = text.substr(open + 1, text.size() - open - 2);
    std::string_view name = text.substr(0, open);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    mailbox.display_name = name;
  }
  size_t at = mailbox.address.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == mailbox.address.size() || !IsAscii(mailbox.address) ||
      HasControl(mailbox.address) || HasControl(mailbox.display_name) ||
      mailbox.address.find_first_of(" <>") != std::string::npos)
    return bad;
  mailbox.domain = mailbox.address.substr(at + 1);
  return mailbox;
}

}  // namespace vefa::notification
