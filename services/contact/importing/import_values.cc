#include "services/contact/importing/import_values.h"

#include <algorithm>
#include <charconv>

#include "libs/base/text.h"
#include "libs/text/fold.h"
#include "libs/text/name.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kTurkish[] = {"tr", "tr_tr", "turkish", "turkce", "turkish_turkey"};
constexpr std::string_view kEnglish[] = {"en", "en_us", "en_gb", "english", "ingilizce"};
constexpr std::string_view kTurkey[] = {"turkey", "turkiye", "turkiye_cumhuriyeti"};
constexpr std::string_view kYes[] = {"yes", "y", "true", "1", "evet", "e", "var", "onayli", "onay", "izinli", "opt_in", "subscribed"};
constexpr std::string_view kNo[] = {"no", "n", "false", "0", "hayir", "h", "yok", "onaysiz", "red", "ret", "izinsiz", "opt_out", "unsubscribed"};

template <size_t N>
bool IsAmong(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

template <typename Number>
bool ReadNumber(std::string_view text, Number& number) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() && !text.empty();
}

// `31.12.2025` or `31/12/2025`, the day first, as days since 1970-01-01.
std::optional<int32_t> DayFirst(std::string_view text) {
  const size_t first = text.find_first_of("./");
  if (first == text.npos) return std::nullopt;
  const size_t second = text.find(text[first], first + 1);
  if (second == text.npos) return std::nullopt;
  unsigned day = 0, month = 0;
  int year = 0;
  const std::string_view years = text.substr(second + 1);
  if (years.size() != 4 || !ReadNumber(text.substr(0, first), day) || !ReadNumber(text.substr(first + 1, second - first - 1), month) ||
      !ReadNumber(years, year))
    return std::nullopt;
  auto days = DaysFromCivil(year, month, day);
  return days.ok() ? std::optional(*days) : std::nullopt;
}

// `12.50 TRY`: at most nine decimals, the currency behind.
std::optional<AttributeValue> MoneyOf(std::string_view text) {
  const size_t space = text.rfind(' ');
  if (space == text.npos) return std::nullopt;
  Money money;
  money.currency = std::string(text.substr(space + 1));
  std::string_view amount = text.substr(0, space);
  const bool negative = !amount.empty() && amount.front() == '-';
  if (negative) amount.remove_prefix(1);
  const size_t dot = std::min(amount.find('.'), amount.size());
  std::string decimals(amount.substr(std::min(dot + 1, amount.size())));
  if (decimals.size() > 9 || (dot < amount.size() && decimals.empty())) return std::nullopt;
  decimals.resize(9, '0');
  if (!std::all_of(decimals.begin(), decimals.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  if (!ReadNumber(amount.substr(0, dot), money.units) || !ReadNumber(std::string_view(decimals), money.nanos) || money.units < 0)
    return std::nullopt;
  if (negative) {
    money.units = -money.units;
    money.nanos = -money.nanos;
  }
  return AttributeValue(money);
}

}  // namespace

std::string PlainWord(std::string_view text) {
  std::string word;
  if (!IsUtf8(text)) return word;
  for (const std::string& part : text::SearchWords(text)) word += (word.empty() ? "" : "_") + part;
  return word;
}

std::string LanguageOf(std::string_view text) {
  const std::string word = PlainWord(text);
  if (IsAmong(kTurkish, word)) return "tr";
  return IsAmong(kEnglish, word) ? "en" : std::string(text);
}

std::string CountryOf(std::string_view text) {
  if (IsAmong(kTurkey, PlainWord(text))) return "TR";
  std::string code(text);
  for (char& c : code) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text::IsCountry(code) ? code : std::string(text);
}

std::vector<std::string> ListOf(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(",;|"), text.size());
    std::string_view one = text.substr(0, end);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (!one.empty()) list.emplace_back(one);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return list;
}

std::optional<bool> YesOrNo(std::string_view text) {
  const std::string word = PlainWord(text);
  if (IsAmong(kYes, word)) return true;
  return IsAmong(kNo, word) ? std::optional(false) : std::nullopt;
}

ConsentState ConsentStateOf(std::string_view text) {
  const std::string word = PlainWord(text);
  if (word == "granted") return ConsentState::kGranted;
  if (word == "withdrawn") return ConsentState::kWithdrawn;
  if (word == "refused") return ConsentState::kRefused;
  if (word == "expired") return ConsentState::kExpired;
  if (word == "pending") return ConsentState::kPending;
  const auto answer = YesOrNo(text);
  if (!answer) return ConsentState::kNeverAsked;
  return *answer ? ConsentState::kGranted : ConsentState::kRefused;
}

std::optional<Time> TimeOf(std::string_view text) {
  if (const auto day = DayFirst(text)) return StartOfDay(*day);
  auto time = ParseTime(text);
  return time.ok() ? std::optional(*time) : std::nullopt;
}

std::optional<AttributeValue> AttributeOf(const AttributeDefinition& definition, std::string_view text) {
  switch (definition.type) {
    case AttributeType::kText: case AttributeType::kChoice: case AttributeType::kReference: return AttributeValue(std::string(text));
    case AttributeType::kChoices: return AttributeValue(ListOf(text));
    case AttributeType::kMoney: return MoneyOf(text);
    case AttributeType::kNumber: {
      double number = 0;
      return ReadNumber(text, number) ? std::optional(AttributeValue(number)) : std::nullopt;
    }
    case AttributeType::kBoolean: {
      const auto answer = YesOrNo(text);
      return answer ? std::optional(AttributeValue(*answer)) : std::nullopt;
    }
    case AttributeType::kDate: {
      if (const auto day = DayFirst(text)) return AttributeValue(Date{*day});
      auto time = text.size() == 10 ? ParseTime(text) : Result<Time>(InvalidArgument("TIME_SYNTAX", ""));
      return time.ok() ? std::optional(AttributeValue(Date{DayOf(*time)})) : std::nullopt;
    }
    case AttributeType::kNone: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace vefa::contact
