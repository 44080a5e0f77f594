#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vefa::text {

// The form in which texts are compared when a person searches: without case, without marks, the
// four letters İ I ı i as one, so that "isik" and "IŞIK" both find "Işık". By ICU; input is UTF-8.
std::string FoldForSearch(std::string_view text);

// The words of a text in that form, in their order: runs of letters and digits of any script.
std::vector<std::string> SearchWords(std::string_view text);

// The folded text, ready for a LIKE pattern: `%`, `_` and `\` stand for themselves.
std::string FoldForLike(std::string_view text);

}  // namespace vefa::text
