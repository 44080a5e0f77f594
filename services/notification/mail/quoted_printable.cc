#include "services/notification/mail/quoted_printable.h"

namespace vefa::notification {
namespace {

constexpr size_t kLineMax = 75;  // And the `=` of a soft break.
constexpr char kHex[] = "0123456789ABCDEF";

bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '='; }

}  // namespace

void QuotedPrintable::Put(std::string_view encoded) {
  if (column_ + encoded.size() > kLineMax) SoftBreak();
  out_ += encoded;
  column_ += encoded.size();
}

void QuotedPrintable::Add(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool crlf = c == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (c == '\n' || crlf) {
      out_ += "\r\n";
      column_ = 0;
      i += crlf;
      continue;
    }
    // A soft break that Put is about to make moves this octet to the start of a line.
    bool starts_line = column_ == 0 || column_ == kLineMax;
    bool at_end = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    bool risky = (starts_line && (c == '.' || (c == 'F' && text.substr(i, 5) == "From "))) ||
                 ((c == ' ' || c == '\t') && at_end);
    if ((IsPlain(c) || c == '\t') && !risky) {
      Put(std::string_view(&c, 1));
    } else {
      auto octet = static_cast<unsigned char>(c);
      char encoded[3] = {'=', kHex[octet >> 4], kHex[octet & 15]};
      Put(std::string_view(encoded, 3));
    }
  }
}

void QuotedPrintable::SoftBreak() {
  out_ += "=\r\n";
  column_ = 0;
}

void QuotedPrintable::EndLine() {
  if (column_ == 0) return;
  out_ += "\r\n";
  column_ = 0;
}

}  // namespace vefa::notification
