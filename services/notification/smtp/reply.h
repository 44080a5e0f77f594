#pragma once

#include <string>
#include <string_view>

namespace vefa::notification::smtp {

// One reply of a server, all its lines.
struct Reply {
  int code = 0;
  std::string text;      // Lines joined by '\n', as sent, without their codes.
  std::string enhanced;  // `5.1.1` (RFC 2034) when the first line begins with one of the same class.

  bool positive() const { return code / 100 == 2; }
  bool transient() const { return code / 100 == 4; }
  bool permanent() const { return code / 100 == 5; }
};

// Cuts a stream of octets into replies. A lone LF is tolerated at a line's end; a line over 2,048
// octets, a reply over 64 lines or 16 kB, a line that is no reply line and lines of one reply with
// different codes are garbage, after which the connection cannot be believed any more.
class ReplyReader {
 public:
  enum class Step { kMore, kReply, kGarbage };

  void Add(std::string_view octets) { buffer_.append(octets); }
  // Fills `reply` when a whole one is there.
  Step Next(Reply& reply);

 private:
  Step Take(std::string_view line, Reply& reply);

  std::string buffer_;
  size_t at_ = 0;
  Reply partial_;
  int lines_ = 0;
};

// The leading `class.subject.detail` of a reply text, "" when there is none that fits the code.
std::string EnhancedCodeOf(int code, std::string_view text);

// Text fit to be stored and shown: one line, at most 1,000 octets, no control characters, ASCII.
std::string Printable(std::string_view text);

}  // namespace vefa::notification::smtp
