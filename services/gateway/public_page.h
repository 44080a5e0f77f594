#pragma once

#include <string>
#include <string_view>

#include "libs/http/message.h"

namespace vefa::gateway {

// A page for people who are not signed in, without script, in one language: a title and HTML of ours below it. What comes from anywhere
// else is escaped by whoever puts it in.
http::Response PublicPage(int status, std::string_view language, std::string_view title, std::string_view html);

// A text as HTML shows it, in an attribute too.
std::string EscapeHtml(std::string_view text);

}  // namespace vefa::gateway
