#include "libs/base/text.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace vefa {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// By byte; -1 for one that is none of the alphabet.
constexpr std::array<int8_t, 256> kBase64Values = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int8_t i = 0; i < 64; ++i) values[static_cast<uint8_t>(kAlphabet[i])] = i;
  return values;
}();

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads exactly `digits` decimal digits at `at`, or -1.
int Number(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

Error BadTime() {
  return InvalidArgument("TIME_SYNTAX", "Give a time as RFC 3339, for example 1997-09-30T12:00:00Z, or a date.");
}

// Reads `[.fraction](Z|+hh:mm|-hh:mm)` from `at` to the end, in microseconds to add.
Result<int64_t> FractionAndOffset(std::string_view text, size_t at) {
  int64_t micros = 0;
  if (at < text.size() && text[at] == '.') {
    int64_t unit = 100000;
    size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) micros += (text[at] - '0') * unit;
    if (at == first) return BadTime();
  }
  if (at >= text.size()) return BadTime();
  if ((text[at] == 'Z' || text[at] == 'z') && at + 1 == text.size()) return micros;
  int hours = Number(text, at + 1, 2);
  int minutes = Number(text, at + 4, 2);
  bool sign = text[at] == '+' || text[at] == '-';
  if (!sign || text.size() != at + 6 || text[at + 3] != ':' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
    return BadTime();
  int64_t offset = (hours * 3600LL + minutes * 60LL) * 1000000LL;
  return text[at] == '+' ? micros - offset : micros + offset;
}

}  // namespace

std::string ToHex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char c : bytes) {
    text += kHex[static_cast<uint8_t>(c) >> 4];
    text += kHex[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

Result<std::string> FromHex(std::string_view text) {
  Error bad = InvalidArgument("HEX_SYNTAX", "Give an even number of hexadecimal digits.");
  if (text.size() % 2 != 0) return bad;
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = HexDigit(text[i]);
    int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return bad;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string ToBase64Url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  uint32_t buffer = 0;
  int bits = 0;
  for (char c : bytes) {
    buffer = buffer << 8 | static_cast<uint8_t>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[buffer >> (bits - 6) & 63];
  }
  if (bits > 0) text += kAlphabet[buffer << (6 - bits) & 63];
  return text;
}

Result<std::string> FromBase64Url(std::string_view text) {
  auto bad = [] { return InvalidArgument("BASE64_SYNTAX", "Give unpadded base64 with the URL-safe alphabet."); };
  if (text.size() % 4 == 1) return bad();
  std::string bytes(text.size() * 3 / 4, '\0');
  char* next = bytes.data();
  uint32_t buffer = 0;
  int bits = 0;
  for (char c : text) {
    int value = kBase64Values[static_cast<uint8_t>(c)];
    if (value < 0) return bad();
    buffer = buffer << 6 | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      *next++ = static_cast<char>(buffer >> bits);
    }
  }
  // Left-over bits must be zero, so that one value has one spelling.
  if ((buffer & ((1u << bits) - 1)) != 0) return bad();
  return bytes;
}

bool IsUtf8(std::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    auto lead = static_cast<uint8_t>(bytes[i]);
    if (lead == 0) return false;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > bytes.size()) return false;
    uint32_t point = lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      auto next = static_cast<uint8_t>(bytes[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3F);
    }
    static constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kSmallest[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

size_t Utf8Length(std::string_view text) {
  size_t length = 0;
  for (char c : text) length += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  return length;
}

Result<int32_t> DaysFromCivil(int year, unsigned month, unsigned day) {
  auto date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  // Its parts are of one and two bytes: the month 257 would be January.
  if (!date.ok() || year < 1 || year > 9999 || month > 12 || day > 31)
    return InvalidArgument("DATE_INVALID", "Give a date that exists, between the years 1 and 9999.");
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

int32_t DayOf(Time time) {
  return static_cast<int32_t>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

Time StartOfDay(int32_t day) { return Time(std::chrono::days(day)); }

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string ToRfc3339(Time time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  auto rest = static_cast<uint64_t>((time - day).count());
  // By hand: a relay writes two of these per event.
  std::string text("0000-00-00T00:00:00.000000Z");
  auto put = [&text](size_t at, int digits, uint64_t number) {
    for (; digits > 0; --digits, number /= 10) text[at + static_cast<size_t>(digits) - 1] = static_cast<char>('0' + number % 10);
  };
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, rest / 3600000000);
  put(14, 2, rest / 60000000 % 60);
  put(17, 2, rest / 1000000 % 60);
  put(20, 6, rest % 1000000);
  int year = static_cast<int>(date.year());
  if (year >= 0 && year <= 9999) {
    put(0, 4, static_cast<uint64_t>(year));
  } else {
    text.replace(0, 4, std::to_string(year));
  }
  return text;
}

Result<Time> ParseTime(std::string_view text) {
  int year = Number(text, 0, 4);
  int month = Number(text, 5, 2);
  int day = Number(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-') return BadTime();
  VEFA_TRY(int32_t days, DaysFromCivil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)));
  if (text.size() == 10) return StartOfDay(days);
  int hour = Number(text, 11, 2);
  int minute = Number(text, 14, 2);
  int second = Number(text, 17, 2);
  bool shape = (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && hour >= 0 && hour < 24 && minute >= 0 &&
               minute < 60 && second >= 0 && second < 60 && text[13] == ':' && text[16] == ':';
  if (!shape) return BadTime();
  VEFA_TRY(int64_t extra, FractionAndOffset(text, 19));
  Time time = StartOfDay(days) + std::chrono::seconds(hour * 3600 + minute * 60 + second) + std::chrono::microseconds(extra);
  // An offset may lead out of the years that every part of us, and of protobuf, can write.
  VEFA_TRY(int32_t last, DaysFromCivil(9999, 12, 31));
  VEFA_TRY(int32_t first, DaysFromCivil(1, 1, 1));
  if (DayOf(time) < first || DayOf(time) > last) return BadTime();
  return time;
}

}  // namespace vefa
