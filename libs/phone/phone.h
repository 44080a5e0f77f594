#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vefa::phone {

// Why a text is no telephone number that can be dialled from anywhere.
enum class Refusal : uint8_t {
  kNone,
  kNoNumber,        // Nothing in it is one.
  kLetters,         // A letter among the digits is a mistake, or a word beside them; what was meant cannot be known.
  kExtension,       // E.164 cannot say it.
  kCountryUnknown,  // In national form without a country, or with a code that is no country's.
  kTooShort,
  kTooLong,
  kUnassigned,  // As long as a number, and of no plan: nobody there has one that begins like this.
};

// A number in E.164, or why there is none.
struct Reading {
  std::string e164;  // Empty when it was refused.
  Refusal refusal = Refusal::kNone;
};

// `text` is what a person typed, in international form (`+`, or what is dialled in `country` to get abroad) or in the national
// one of `country`, an ISO 3166-1 alpha-2 code in capitals or nothing. Digits of every script are digits.
Reading Read(std::string_view text, std::string_view country);

// The number alone, for example `+905321234567`; nullopt when Read refuses it.
std::optional<std::string> ToE164(std::string_view text, std::string_view country);

// The country of a number in E.164, as ISO 3166-1 alpha-2; empty when it is no number, or of no country (a satellite's).
std::string CountryOf(std::string_view e164);

}  // namespace vefa::phone
