#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/result.h"

namespace vefa::mail_sink {

// The argument of MAIL or RCPT.
struct Path {
  std::string address;  // Empty for `<>`.
  std::vector<std::pair<std::string, std::string>> parameters;  // Names in upper case.
};

// Reads `FROM:<address> NAME=value …`; `keyword` is `FROM:` or `TO:`. Source routes are refused.
Result<Path> ParsePath(std::string_view text, std::string_view keyword);

}  // namespace vefa::mail_sink
