#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vefa::phone {

// A telephone number in E.164, for example `+905321234567`. `text` is what a person typed, in international form or in the
// national one of `country`, an ISO 3166-1 alpha-2 code in capitals or nothing. Nullopt when it is no number of its
// country's plan, or has an extension, which E.164 cannot say.
std::optional<std::string> ToE164(std::string_view text, std::string_view country);

// The country of a number in E.164, as ISO 3166-1 alpha-2; empty when it is no number, or of no country (a satellite's).
std::string CountryOf(std::string_view e164);

}  // namespace vefa::phone
