#include "tests/mail_sink/session.h"

#include <strings.h>

#include <algorithm>
#include <cstring>

#include "tests/mail_sink/address.h"

namespace vefa::mail_sink {
namespace {

constexpr size_t kCommandMax = 2048;  // RFC 5321 asks for 512; parameters of extensions add to it.
constexpr size_t kTextLineMax = 1000;  // With CRLF, RFC 5321 section 4.5.3.1.6.

bool Is(std::string_view word, const char* verb) {
  return word.size() == std::strlen(verb) && strncasecmp(word.data(), verb, word.size()) == 0;
}

bool HasEightBit(std::string_view data) {
  unsigned char any = 0;
  for (char c : data) any |= static_cast<unsigned char>(c);
  return any & 0x80;
}

}  // namespace

Session::Session(const Settings& settings, Faults& faults, Counters& counters, Mailbox& mailbox)
    : settings_(settings), faults_(faults), counters_(counters), mailbox_(mailbox) {
  ++counters_.connections;
  Reply("220 " + settings_.host_name + " ESMTP Vefa mail sink");
}

void Session::Receive(std::string_view bytes) {
  if (closing_ || abandoned_ || mode_ == Mode::kSilent) return;
  input_.append(bytes);
  while (!closing_ && !abandoned_ && mode_ != Mode::kSilent)
    if (mode_ == Mode::kData ? !TakeDataLine() : !TakeCommand()) break;
  input_.erase(0, at_);
  at_ = 0;
}

bool Session::TakeCommand() {
  size_t end = input_.find('\n', at_);
  if (end == std::string::npos) {
    if (left() > kCommandMax) BreakOff("500 5.5.2 Command line too long");
    return false;
  }
  std::string_view line(input_.data() + at_, end - at_);
  at_ = end + 1;
  if (line.empty() || line.back() != '\r' || line.find('\r') != line.size() - 1) {
    ++counters_.bare_line_ends;
    BreakOff("500 5.5.2 Lines end with CR LF, and neither stands alone");
    return false;
  }
  line.remove_suffix(1);
  if (line.size() > kCommandMax) {
    BreakOff("500 5.5.2 Command line too long");
    return false;
  }
  Command(line);
  return true;
}

void Session::Command(std::string_view line) {
  size_t space = line.find(' ');
  std::string_view verb = line.substr(0, space);
  std::string_view rest = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  // RFC 2920: these may only end a group, because what follows depends on their reply.
  bool ends_group = Is(verb, "EHLO") || Is(verb, "HELO") || Is(verb, "DATA") || Is(verb, "QUIT") ||
                    Is(verb, "NOOP") || Is(verb, "VRFY");
  if (ends_group && left() > 0) {
    ++counters_.improper_pipelining;
    return BreakOff("503 5.5.1 Improper pipelining");
  }
  if (Is(verb, "EHLO")) return Hello(rest, true);
  if (Is(verb, "HELO")) return Hello(rest, false);
  if (Is(verb, "QUIT")) return BreakOff("221 2.0.0 Bye");
  if (Is(verb, "NOOP")) return Reply("250 2.0.0 Ok");
  if (Is(verb, "RSET")) {
    Forget();
    return Reply("250 2.0.0 Ok");
  }
  if (Is(verb, "VRFY")) return Reply("252 2.5.0 Send it and see");
  if (Is(verb, "MAIL")) return MailFrom(rest);
  if (Is(verb, "RCPT")) return RcptTo(rest);
  if (Is(verb, "DATA") && rest.empty()) return StartData();
  ++counters_.syntax_errors;
  Reply(Is(verb, "DATA") ? "501 5.5.4 DATA takes no argument" : "500 5.5.1 Unknown command");
}

void Session::Hello(std::string_view domain, bool extended) {
  if (domain.empty() || domain.find(' ') != std::string_view::npos) {
    ++counters_.syntax_errors;
    return Reply("501 5.5.4 Say your name");
  }
  Forget();
  greeted_ = true;
  if (!extended) return Reply("250 " + settings_.host_name);
  Reply("250-" + settings_.host_name);
  if (!faults_.no_pipelining) Reply("250-PIPELINING");
  Reply("250-SIZE " + std::to_string(settings_.mail_max));
  Reply("250-8BITMIME");
  Reply("250 ENHANCEDSTATUSCODES");
}

void Session::MailFrom(std::string_view rest) {
  if (faults_.too_many > 0) {
    --faults_.too_many;
    return BreakOff("421 4.7.0 Too many for this connection");
  }
  if (!greeted_) return Reply("503 5.5.1 Say EHLO first");
  if (mail_given_) return Reply("503 5.5.1 Nested MAIL");
  auto path = ParsePath(rest, "FROM:");
  if (!path.ok()) {
    ++counters_.syntax_errors;
    return Reply("501 5.1.7 " + path.error().message);
  }
  for (const auto& [name, value] : path->parameters) {
    if (name == "SIZE") {
      if (std::strtoull(value.c_str(), nullptr, 10) > settings_.mail_max) return Reply("552 5.3.4 Too large");
    } else if (name == "BODY" && (value == "7BIT" || value == "8BITMIME")) {
      eight_bit_ = value == "8BITMIME";
    } else {
      ++counters_.syntax_errors;
      return Reply("555 5.5.4 Parameter not known");
    }
  }
  if (Tempfail("mail")) return;
  mail_given_ = true;
  mail_.from = path->address;
  Reply("250 2.1.0 Ok");
}

void Session::RcptTo(std::string_view rest) {
  if (!mail_given_) return Reply("503 5.5.1 MAIL first");
  auto path = ParsePath(rest, "TO:");
  if (!path.ok() || path->address.empty() || !path->parameters.empty()) {
    ++counters_.syntax_errors;
    return Reply("501 5.1.3 Bad recipient");
  }
  if (mail_.recipients.size() >= settings_.recipients_max) return Reply("452 4.5.3 Too many recipients");
  for (const std::string& prefix : settings_.refuse_prefixes) {
    if (path->address.compare(0, prefix.size(), prefix) == 0) {
      ++counters_.refused_recipients;
      return Reply("550 5.1.1 No such mailbox");
    }
  }
  if (Tempfail("rcpt")) return;
  mail_.recipients.push_back(path->address);
  Reply("250 2.1.5 Ok");
}

void Session::StartData() {
  if (!mail_given_) return Reply("503 5.5.1 MAIL first");
  if (mail_.recipients.empty()) return Reply("554 5.5.1 No valid recipients");
  if (Tempfail("data")) return;
  mode_ = Mode::kData;
  Reply("354 End with CR LF . CR LF");
}

bool Session::TakeDataLine() {
  const char* begin = input_.data() + at_;
  const char* newline = static_cast<const char*>(std::memchr(begin, '\n', left()));
  if (newline == nullptr) {
    // The tail of an endless line is dropped, but for the octet that may be a CR.
    if (left() > kTextLineMax) {
      line_too_long_ = true;
      at_ = input_.size() - 1;
    }
    return false;
  }
  std::string_view line(begin, static_cast<size_t>(newline - begin));
  at_ += line.size() + 1;
  if (line.empty() || line.back() != '\r' || std::memchr(line.data(), '\r', line.size() - 1) != nullptr) {
    // Where one server sees the end of a mail and another does not, mails can be smuggled
    // (CVE-2023-51764): nothing after such an octet is believed.
    ++counters_.bare_line_ends;
    BreakOff("554 5.6.0 Lines end with CR LF, and neither stands alone");
    return false;
  }
  line.remove_suffix(1);
  if (line == ".") {
    EndOfData();
    return true;
  }
  if (!line.empty() && line[0] == '.') line.remove_prefix(1);
  line_too_long_ |= line.size() + 2 > kTextLineMax;
  nul_seen_ |= std::memchr(line.data(), '\0', line.size()) != nullptr;
  if (mail_.data.size() + line.size() + 2 > settings_.mail_max) too_large_ = true;
  if (!too_large_) mail_.data.append(line).append("\r\n");
  return true;
}

void Session::EndOfData() {
  mode_ = Mode::kCommand;
  if (too_large_) {
    Reply("552 5.3.4 Too large");
  } else if (line_too_long_) {
    Reply("554 5.6.0 A line is longer than 998 octets");
  } else if (nul_seen_ || (!eight_bit_ && HasEightBit(mail_.data))) {
    Reply("554 5.6.1 Octets that were not declared");
  } else if (!Tempfail("dot")) {
    Misbehave(mailbox_.Accept(mail_));
  }
  Forget();
}

void Session::Misbehave(int64_t number) {
  std::string queued = "2.0.0 Ok: queued as " + std::to_string(number);
  if (faults_.close_after_dot > 0) {
    --faults_.close_after_dot;
    ++counters_.closed_after_dot;
    abandoned_ = true;
  } else if (faults_.hang > 0) {
    --faults_.hang;
    ++counters_.hung;
    mode_ = Mode::kSilent;
  } else if (faults_.half_reply > 0) {
    --faults_.half_reply;
    output_ += "25";
    closing_ = true;
  } else if (faults_.mixed_codes > 0) {
    --faults_.mixed_codes;
    Reply("250-" + queued);
    Reply("451 4.3.0 Or not");
  } else {
    Reply("250 " + queued);
  }
}

bool Session::Tempfail(const char* stage) {
  if (faults_.tempfail <= 0 || faults_.tempfail_stage != stage) return false;
  --faults_.tempfail;
  ++counters_.tempfailed;
  Reply("451 4.3.0 Try again later");
  return true;
}

void Session::Reply(std::string_view text) { output_.append(text).append("\r\n"); }

void Session::BreakOff(std::string_view text) {
  Reply(text);
  closing_ = true;
}

void Session::Forget() {
  mail_given_ = eight_bit_ = too_large_ = line_too_long_ = nul_seen_ = false;
  mail_.from.clear();
  mail_.recipients.clear();
  mail_.data.clear();
}

}  // namespace vefa::mail_sink
