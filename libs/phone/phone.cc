#include "libs/phone/phone.h"

#include <phonenumbers/phonenumberutil.h>

namespace vefa::phone {
namespace {

// What libphonenumber calls a country that is not known: a number in international form is read all the same.
constexpr char kNoCountry[] = "ZZ";

}  // namespace

std::optional<std::string> ToE164(std::string_view text, std::string_view country) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  std::string region = std::string(country.empty() ? kNoCountry : country);
  if (numbers.Parse(std::string(text), region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  if (number.has_extension() || !numbers.IsValidNumber(number)) return std::nullopt;
  std::string e164;
  numbers.Format(number, PhoneNumberUtil::E164, &e164);
  return e164;
}

std::string CountryOf(std::string_view e164) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (numbers.Parse(std::string(e164), kNoCountry, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return "";
  std::string region;
  numbers.GetRegionCodeForNumber(number, &region);
  // It says 001 of what belongs to no country, though it can be dialled.
  return region == kNoCountry || region == "001" ? "" : region;
}

}  // namespace vefa::phone
