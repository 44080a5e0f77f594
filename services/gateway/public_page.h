#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/http/message.h"

namespace vefa::gateway {

// A page for people who are not signed in, without script, in one language: a title and HTML of ours below it. What comes from anywhere
// else is escaped by whoever puts it in.
http::Response PublicPage(int status, std::string_view language, std::string_view title, std::string_view html);

// The token of a path such as `/u/{token}`; nullopt when it cannot be one of anybody's.
std::optional<std::string> TokenOf(const http::Request& request);

}  // namespace vefa::gateway
