#pragma once

#include <string>
#include <string_view>

namespace vefa::text {

// A text as it may stand in a page, between tags and in quoted attributes.
std::string EscapeHtml(std::string_view text);

}  // namespace vefa::text
