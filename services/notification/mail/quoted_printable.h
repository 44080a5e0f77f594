#pragma once

#include <string>
#include <string_view>

namespace vefa::notification {

// Encodes text as quoted-printable (RFC 2045 6.7) in pieces. Line ends become CRLF, lines stay
// within 76 octets, and everything a server on the way may touch is encoded: octets over 0x7E,
// control characters, `=`, white space before a line end or a piece's end, and a `.` or `From ` at
// the start of a line, so that dot-stuffing has nothing to do.
class QuotedPrintable {
 public:
  explicit QuotedPrintable(std::string& out) : out_(out) {}

  void Add(std::string_view text);
  // Ends the line here without ending the text's line, so that what follows starts at column 0.
  void SoftBreak();
  // Ends the line if anything is on it.
  void EndLine();

 private:
  void Put(std::string_view encoded);

  std::string& out_;
  size_t column_ = 0;
};

}  // namespace vefa::notification
