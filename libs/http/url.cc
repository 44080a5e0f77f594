#include "libs/http/url.h"

#include <charconv>

namespace vefa::http {
namespace {

constexpr size_t kMostQueryPairs = 1000;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

Result<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
      if (low < 0) return InvalidArgument("PERCENT_SYNTAX", "A % in the address must be followed by two hex digits.");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

std::string PercentEncode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (IsUnreserved(c)) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Result<Query> ParseQuery(std::string_view text) {
  Query query;
  while (!text.empty()) {
    size_t end = std::min(text.find('&'), text.size());
    std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (query.size() == kMostQueryPairs)
      return InvalidArgument("QUERY_TOO_LONG", "The query has more than 1,000 parameters.");
    size_t equals = std::min(pair.find('='), pair.size());
    VEFA_TRY(std::string name, PercentDecode(pair.substr(0, equals), true));
    VEFA_TRY(std::string value, PercentDecode(pair.substr(std::min(equals + 1, pair.size())), true));
    query.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

Result<HostPort> ParseHostPort(std::string_view text) {
  Error bad = InvalidArgument("ADDRESS_SYNTAX", "`" + std::string(text) + "` is not an address of the form host:port.");
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad;
  HostPort out;
  std::string_view host = text.substr(0, colon);
  std::string_view port = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return bad;
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size() || host.empty()) return bad;
  out.host = host;
  return out;
}

Result<Url> ParseUrl(std::string_view text) {
  size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos)
    return InvalidArgument("URL_SYNTAX", "`" + std::string(text) + "` is not a URL like http://127.0.0.1:18100.");
  if (text.substr(0, scheme_end) != "http")
    return InvalidArgument("URL_SCHEME",
                           "Only http:// is spoken here; reach an https server through a local TLS proxy.");
  text.remove_prefix(scheme_end + 3);
  size_t slash = std::min(text.find('/'), text.size());
  std::string authority(text.substr(0, slash));
  std::string_view path = text.substr(slash);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  bool has_port =
      authority.find(':', authority.rfind(']') == std::string::npos ? 0 : authority.rfind(']')) != std::string::npos;
  VEFA_TRY(HostPort address, ParseHostPort(has_port ? authority : authority + ":80"));
  return Url{std::move(address), std::string(path)};
}

}  // namespace vefa::http
