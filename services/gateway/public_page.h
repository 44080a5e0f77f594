#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/http/message.h"

namespace vefa::gateway {

// A page for people who are not signed in, without script, in one language: a title and HTML of ours below it. What comes from anywhere
// else is escaped by whoever puts it in.
http::Response PublicPage(int status, std::string_view language, std::string_view title, std::string_view html);

// What all of these pages say where they cannot do what they are for, in Turkish for what begins with `tr`, in English for everything else.
http::Response InvalidLinkPage(int status, std::string_view language);
// A link that is not ours (404), or what has to be tried again later.
http::Response FailedPage(const Error& error, std::string_view language);
// 405: they know GET, HEAD and POST.
http::Response MethodRefusedPage(std::string_view language);

// The token of a path such as `/u/{token}`; nullopt when it cannot be one of anybody's.
std::optional<std::string> TokenOf(const http::Request& request);

}  // namespace vefa::gateway
