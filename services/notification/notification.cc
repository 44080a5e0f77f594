#include "services/notification/notification.h"

#include <algorithm>
#include <cctype>

namespace vefa::notification {
namespace {

constexpr size_t kOriginatorMax = 200;

bool IsNameText(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; }

std::string Join(std::string left, const std::string& right) {
  if (left.empty() || right.empty()) return left + right;
  return left + " " + right;
}

}  // namespace

bool IsOriginator(const std::string& text) {
  size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size() || text.size() > kOriginatorMax) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<long>(slash), IsNameText) &&
         std::all_of(text.begin() + static_cast<long>(slash) + 1, text.end(), IsNameText);
}

std::string ReplyLine(int code, const std::string& enhanced, const std::string& text) {
  std::string line = code == 0 ? enhanced : std::to_string(code);
  // A server's text begins with the enhanced code itself.
  if (code != 0 && text.compare(0, enhanced.size(), enhanced) != 0) line = Join(line, enhanced);
  return Join(line, text);
}

std::string ReplyCode(int code, const std::string& enhanced, const std::string& text) {
  if (code != 0) return Join(std::to_string(code), enhanced);
  return enhanced.empty() ? text : enhanced;
}

}  // namespace vefa::notification
