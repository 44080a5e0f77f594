#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa {

// Lower-case hexadecimal.
std::string ToHex(std::string_view bytes);
Result<std::string> FromHex(std::string_view text);

// Base64 with the URL-safe alphabet and no padding (RFC 4648 section 5).
std::string ToBase64Url(std::string_view bytes);
Result<std::string> FromBase64Url(std::string_view text);

// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms) without NUL.
bool IsUtf8(std::string_view bytes);
// Code points in well-formed UTF-8.
size_t Utf8Length(std::string_view text);

// `&`, `<`, `>`, `"` and `'` as entities: a text as HTML shows it, in an attribute too.
std::string EscapeHtml(std::string_view text);

// RFC 3339 with microseconds and Z, for example 1997-01-01T00:00:00.000000Z.
std::string ToRfc3339(Time time);
// Accepts RFC 3339 with any offset, or a bare date, meaning its midnight in UTC.
// INVALID_ARGUMENT `TIME_SYNTAX`.
Result<Time> ParseTime(std::string_view text);

// Days since 1970-01-01 of a proleptic Gregorian date; fails `DATE_INVALID` on 30 February and the like.
Result<int32_t> DaysFromCivil(int year, unsigned month, unsigned day);
// The day of a moment in UTC.
int32_t DayOf(Time time);
Time StartOfDay(int32_t day);

}  // namespace vefa
