#include "services/notification/smtp/reply.h"

#include <cctype>

#include "libs/base/text.h"

namespace vefa::notification::smtp {
namespace {

constexpr size_t kLineMax = 2048;
constexpr size_t kReplyMax = 16 << 10;
constexpr int kLinesMax = 64;
constexpr size_t kPrintableMax = 1000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Length of the one to three digits at `at`, 0 when there are none or more.
size_t Digits(std::string_view text, size_t at) {
  size_t n = 0;
  while (at + n < text.size() && IsDigit(text[at + n])) ++n;
  return n <= 3 ? n : 0;
}

}  // namespace

ReplyReader::Step ReplyReader::Next(Reply& reply) {
  for (;;) {
    size_t newline = buffer_.find('\n', at_);
    if (newline == std::string::npos) {
      buffer_.erase(0, at_);
      at_ = 0;
      return buffer_.size() > kLineMax ? Step::kGarbage : Step::kMore;
    }
    std::string_view line(buffer_.data() + at_, newline - at_);
    at_ = newline + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    Step step = Take(line, reply);
    if (step != Step::kMore) return step;
  }
}

ReplyReader::Step ReplyReader::Take(std::string_view line, Reply& reply) {
  bool shaped = line.size() >= 3 && line.size() <= kLineMax && line[0] >= '2' && line[0] <= '5' && IsDigit(line[1]) &&
                IsDigit(line[2]) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!shaped) return Step::kGarbage;
  int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view();
  if (lines_ > 0 && code != partial_.code) return Step::kGarbage;
  if (++lines_ > kLinesMax || partial_.text.size() + text.size() > kReplyMax) return Step::kGarbage;
  partial_.code = code;
  if (lines_ > 1) partial_.text += '\n';
  partial_.text += text;
  if (line.size() > 3 && line[3] == '-') return Step::kMore;
  partial_.enhanced = EnhancedCodeOf(code, partial_.text);
  reply = std::move(partial_);
  partial_ = Reply{};
  lines_ = 0;
  return Step::kReply;
}

std::string EnhancedCodeOf(int code, std::string_view text) {
  if (text.size() < 5 || text[0] - '0' != code / 100 || text[1] != '.') return "";
  size_t subject = Digits(text, 2);
  if (subject == 0 || 2 + subject >= text.size() || text[2 + subject] != '.') return "";
  size_t detail = Digits(text, 3 + subject);
  size_t end = 3 + subject + detail;
  if (detail == 0 || (end < text.size() && text[end] != ' ' && text[end] != '\n')) return "";
  return std::string(text.substr(0, end));
}

std::string Printable(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (out.size() >= kPrintableMax) break;
    if (c == '\n') out += ' ';
    else if (c >= ' ' && c <= '~') out += c;
    else out += "\\x" + ToHex(std::string_view(&c, 1));
  }
  return out;
}

}  // namespace vefa::notification::smtp
