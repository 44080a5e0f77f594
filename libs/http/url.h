#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/result.h"

namespace vefa::http {

// `%XX` decoded; with `plus_is_space` also `+` as a space, as in forms and queries.
// INVALID_ARGUMENT `PERCENT_SYNTAX` for a broken escape.
Result<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);
// Everything but RFC 3986's unreserved characters encoded.
std::string PercentEncode(std::string_view text);

// The pairs of `a=1&b=2`, decoded, in order. INVALID_ARGUMENT `PERCENT_SYNTAX`, `QUERY_TOO_LONG` (more than 1,000
// pairs).
using Query = std::vector<std::pair<std::string, std::string>>;
Result<Query> ParseQuery(std::string_view text);

// Where a client connects to.
struct HostPort {
  std::string host;
  uint16_t port = 0;
};
// `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`. INVALID_ARGUMENT `ADDRESS_SYNTAX`.
Result<HostPort> ParseHostPort(std::string_view text);

// A base URL: `http://host[:port][/path]`.
struct Url {
  HostPort address;
  std::string path;  // Without a trailing slash; empty for the root.
};
// INVALID_ARGUMENT `URL_SYNTAX`; `URL_SCHEME` for anything but http (put a TLS proxy in front).
Result<Url> ParseUrl(std::string_view text);

}  // namespace vefa::http
