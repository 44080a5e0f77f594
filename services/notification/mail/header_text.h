#pragma once

#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa::notification {

// `Name: value` and CRLF, for free text such as a subject: encoded words (RFC 2047) when it is not
// plain ASCII or looks like an encoded word, folded at 76 octets otherwise. INVALID_ARGUMENT
// `HEADER_CONTROL` when the value holds a control character: a line end would be another header.
Result<std::string> TextHeader(std::string_view name, std::string_view value);

// `Name: "Display Name" <address>` and CRLF; the display name may be empty.
Result<std::string> MailboxHeader(std::string_view name, std::string_view display_name, std::string_view address);

// The moment as RFC 5322 wants it, English whatever the locale: `Sun, 22 Nov 2026 10:00:00 +0300`.
std::string MailDate(Time time, int offset_minutes = 0);

// A display name and an address.
struct Mailbox {
  std::string display_name;
  std::string address;
  std::string domain;
};
// Reads `Name <address>` or a bare address. INVALID_ARGUMENT `MAILBOX_SYNTAX`.
Result<Mailbox> ParseMailbox(std::string_view text);

}  // namespace vefa::notification
