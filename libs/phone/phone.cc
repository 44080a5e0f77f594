#include "libs/phone/phone.h"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>

namespace vefa::phone {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// What libphonenumber calls a country that is not known: a number in international form is read all the same.
constexpr char kNoCountry[] = "ZZ";
// RFC 3966: how a link says that it is a number.
constexpr std::string_view kLink = "tel:";
constexpr size_t kTextMax = 250;  // bytes

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsLink(std::string_view text) {
  return text.size() >= kLink.size() && std::equal(kLink.begin(), kLink.end(), text.begin(), [](char a, char b) { return a == Lower(b); });
}

// libphonenumber dials the key that a letter is on, or leaves it out and takes the digits beside it for the number.
bool HasLetter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; });
}

Refusal WhyUnread(PhoneNumberUtil::ErrorType error) {
  switch (error) {
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return Refusal::kCountryUnknown;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return Refusal::kTooShort;
    case PhoneNumberUtil::TOO_LONG_NSN: return Refusal::kTooLong;
    default: return Refusal::kNoNumber;
  }
}

Refusal WhyInvalid(const PhoneNumber& number) {
  switch (PhoneNumberUtil::GetInstance()->IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::TOO_SHORT:
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY: return Refusal::kTooShort;
    case PhoneNumberUtil::TOO_LONG: return Refusal::kTooLong;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE: return Refusal::kCountryUnknown;
    default: return Refusal::kUnassigned;
  }
}

}  // namespace

Reading Read(std::string_view text, std::string_view country) {
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  if (IsLink(text)) text.remove_prefix(kLink.size());
  if (text.size() > kTextMax) return {"", Refusal::kTooLong};
  PhoneNumber number;
  const auto error = numbers.Parse(std::string(text), std::string(country.empty() ? kNoCountry : country), &number);
  if (error == PhoneNumberUtil::NO_PARSING_ERROR && number.has_extension()) return {"", Refusal::kExtension};
  if (HasLetter(text)) return {"", Refusal::kLetters};
  if (error != PhoneNumberUtil::NO_PARSING_ERROR) return {"", WhyUnread(error)};
  if (!numbers.IsValidNumber(number)) return {"", WhyInvalid(number)};
  Reading reading;
  numbers.Format(number, PhoneNumberUtil::E164, &reading.e164);
  return reading;
}

std::optional<std::string> ToE164(std::string_view text, std::string_view country) {
  Reading reading = Read(text, country);
  return reading.refusal == Refusal::kNone ? std::optional(std::move(reading.e164)) : std::nullopt;
}

std::string CountryOf(std::string_view e164) {
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (numbers.Parse(std::string(e164), kNoCountry, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return "";
  std::string region;
  numbers.GetRegionCodeForNumber(number, &region);
  // It says 001 of what belongs to no country, though it can be dialled.
  return region == kNoCountry || region == "001" ? "" : region;
}

}  // namespace vefa::phone
