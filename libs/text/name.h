#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vefa::text {

// The domain of an e-mail address in ASCII, lower case: labels in other letters as RFC 5891 writes them (UTS 46, without
// transitional forms), so that `Straße.de` and `xn--strae-oqa.de` are one. Nullopt when it is no domain.
std::optional<std::string> DomainToAscii(std::string_view domain);

// In NFC, without white space at the ends, with a single space for each run of it in between, and without the signs that only
// say where a line may break: they come along when a text is copied, and two texts differ by them that look the same. Tidying
// twice is tidying once. Input is UTF-8.
std::string Tidied(std::string_view text);

// Whether a text holds signs that change how others are shown and cannot be seen themselves: controls, and the marks
// that turn the direction of writing. They serve to pass one name off as another.
bool HidesSigns(std::string_view text);

// Whether anything of a text can be seen: not of one of joiners, fillers and spaces alone.
bool CanBeSeen(std::string_view text);

// Whether it is an ISO 3166-1 alpha-2 code in capitals.
bool IsCountry(std::string_view code);

}  // namespace vefa::text
