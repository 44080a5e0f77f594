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

}  // namespace vefa::phone
