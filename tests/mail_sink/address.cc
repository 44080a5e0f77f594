#include "tests/mail_sink/address.h"

#include <strings.h>

#include <algorithm>
#include <cctype>

namespace vefa::mail_sink {
namespace {

constexpr size_t kLocalMax = 64;
constexpr size_t kDomainMax = 255;

bool IsAtomOctet(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) !=
                                                            std::string_view::npos;
}

bool IsLocalPart(std::string_view local) {
  if (local.empty() || local.size() > kLocalMax) return false;
  if (local.size() >= 2 && local.front() == '"' && local.back() == '"') {
    for (size_t i = 1; i + 1 < local.size(); ++i) {
      if (local[i] == '\\' && ++i + 1 >= local.size()) return false;
      if (local[i] < 32 || local[i] == 127 || (local[i] == '"' && local[i - 1] != '\\')) return false;
    }
    return true;
  }
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  return std::all_of(local.begin(), local.end(), IsAtomOctet);
}

bool IsDomain(std::string_view domain) {
  if (domain.empty() || domain.size() > kDomainMax) return false;
  if (domain.front() == '.' || domain.back() == '.' || domain.find("..") != std::string_view::npos) return false;
  return std::all_of(domain.begin(), domain.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
  });
}

}  // namespace

Result<Path> ParsePath(std::string_view text, std::string_view keyword) {
  Error bad = InvalidArgument("PATH_SYNTAX", "Bad address syntax");
  if (text.size() < keyword.size() + 2 || strncasecmp(text.data(), keyword.data(), keyword.size()) != 0) return bad;
  text.remove_prefix(keyword.size());
  size_t close = text.rfind('>');
  if (text.front() != '<' || close == std::string_view::npos) return bad;
  Path path;
  path.address = text.substr(1, close - 1);
  if (!path.address.empty()) {
    size_t at = path.address.rfind('@');
    if (at == std::string::npos || !IsLocalPart(std::string_view(path.address).substr(0, at)) ||
        !IsDomain(std::string_view(path.address).substr(at + 1)))
      return bad;
  }
  text.remove_prefix(close + 1);
  while (!text.empty()) {
    if (text.front() != ' ') return bad;
    text.remove_prefix(1);
    std::string_view word = text.substr(0, text.find(' '));
    if (word.empty()) return bad;
    text.remove_prefix(word.size());
    size_t equals = word.find('=');
    std::string name(word.substr(0, equals));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    path.parameters.emplace_back(name, equals == std::string_view::npos ? "" : std::string(word.substr(equals + 1)));
  }
  return path;
}

}  // namespace vefa::mail_sink
