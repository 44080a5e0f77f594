#include "libs/phone/phone.h"

#include <gtest/gtest.h>

namespace vefa::phone {
namespace {

struct Example {
  const char* country;
  const char* typed;
  const char* e164;
};

// One number of each of twenty countries as people there write it.
const Example kExamples[] = {
    {"TR", "0532 123 45 67", "+905321234567"},   {"DE", "0151 23456789", "+4915123456789"},
    {"US", "(650) 253-0000", "+16502530000"},    {"GB", "07400 123456", "+447400123456"},
    {"FR", "06 12 34 56 78", "+33612345678"},    {"IT", "312 345 6789", "+393123456789"},
    {"ES", "612 34 56 78", "+34612345678"},      {"NL", "06 12345678", "+31612345678"},
    {"BE", "0470 12 34 56", "+32470123456"},     {"AT", "0664 123456", "+43664123456"},
    {"CH", "078 123 45 67", "+41781234567"},     {"SE", "070-123 45 67", "+46701234567"},
    {"NO", "406 12 345", "+4740612345"},         {"DK", "34 41 23 45", "+4534412345"},
    {"FI", "041 2345678", "+358412345678"},      {"PL", "512 345 678", "+48512345678"},
    {"GR", "691 234 5678", "+306912345678"},     {"AZ", "040 123 45 67", "+994401234567"},
    {"JP", "090-1234-5678", "+819012345678"},    {"BR", "(11) 96123-4567", "+5511961234567"},
};

TEST(Phone, NumbersOfTwentyCountriesInTheirNationalForm) {
  for (const Example& each : kExamples) {
    EXPECT_EQ(ToE164(each.typed, each.country), each.e164) << each.country;
    // What is stored is found again whatever the country is said to be.
    EXPECT_EQ(ToE164(each.e164, ""), each.e164);
    EXPECT_EQ(ToE164(each.e164, "TR"), each.e164);
  }
}

TEST(Phone, ANumberSaysItsCountry) {
  for (const Example& each : kExamples) EXPECT_EQ(CountryOf(each.e164), each.country);
  EXPECT_EQ(CountryOf("+16135550123"), "CA") << "one plan of numbers, several countries";
  for (const char* text : {"", "+", "12", "+999123456", "+80012345678"}) EXPECT_EQ(CountryOf(text), "") << text;
}

struct Refused {
  const char* country;
  const char* typed;
  Refusal refusal;
};

// Of each of the twenty what looks like a number of that country and is none.
const Refused kRefused[] = {
    {"TR", "0532 123", Refusal::kUnassigned},          {"TR", "0132 123 45 67", Refusal::kUnassigned},
    {"DE", "0151 234567890123456", Refusal::kTooLong}, {"DE", "0000 123456", Refusal::kUnassigned},
    {"US", "253-0000", Refusal::kTooShort},            {"US", "(650) 153-0000", Refusal::kUnassigned},
    {"GB", "07400 1234567", Refusal::kTooLong},        {"GB", "06400 123456", Refusal::kUnassigned},
    {"FR", "06 12 34 56", Refusal::kTooShort},         {"FR", "06 12 34 56 78 9", Refusal::kTooLong},
    {"IT", "312 34", Refusal::kTooShort},              {"IT", "212 345 6789", Refusal::kUnassigned},
    {"ES", "612 34 56", Refusal::kTooShort},           {"ES", "212 34 56 78", Refusal::kUnassigned},
    {"NL", "06 123456789", Refusal::kUnassigned},      {"NL", "06 02345678", Refusal::kUnassigned},
    {"BE", "0470 12 34 567", Refusal::kTooLong},       {"BE", "0170 12 34 56", Refusal::kUnassigned},
    {"AT", "0664 12345678901234", Refusal::kTooLong},  {"AT", "0064 1234567", Refusal::kUnassigned},
    {"CH", "078 123 45", Refusal::kTooShort},          {"CH", "018 123 45 67", Refusal::kUnassigned},
    {"SE", "070-12", Refusal::kTooShort},              {"SE", "000-123 45 67", Refusal::kUnassigned},
    {"NO", "406 12 3456", Refusal::kTooLong},          {"NO", "106 12 345", Refusal::kUnassigned},
    {"DK", "34 41 23", Refusal::kTooShort},            {"DK", "14 41 23 45", Refusal::kUnassigned},
    {"FI", "041", Refusal::kTooShort},                 {"FI", "000 2345678", Refusal::kUnassigned},
    {"PL", "512 345 6789 01", Refusal::kTooLong},      {"PL", "112 345 678", Refusal::kUnassigned},
    {"GR", "691 234", Refusal::kTooShort},             {"GR", "391 234 5678", Refusal::kUnassigned},
    {"AZ", "040 123", Refusal::kTooShort},             {"AZ", "090 123 45 67", Refusal::kUnassigned},
    {"JP", "090-1234", Refusal::kTooShort},            {"JP", "001-1234-5678", Refusal::kUnassigned},
    {"BR", "(11) 9612", Refusal::kTooShort},           {"BR", "(10) 96123-4567", Refusal::kUnassigned},
};

TEST(Phone, WhatACountryDoesNotHaveIsRefusedWithAReason) {
  for (const Refused& each : kRefused) {
    EXPECT_EQ(Read(each.typed, each.country).refusal, each.refusal) << each.country << " " << each.typed;
    EXPECT_EQ(ToE164(each.typed, each.country), std::nullopt) << each.country << " " << each.typed;
  }
}

TEST(Phone, AbroadIsDialledByAPlusOrByWhatTheCountryDials) {
  for (const char* country : {"", "TR", "DE", "US", "XX"}) EXPECT_EQ(ToE164("+90 532 123 45 67", country), "+905321234567") << country;
  EXPECT_EQ(ToE164("0090 532 123 45 67", "TR"), "+905321234567");
  EXPECT_EQ(ToE164("0090 532 123 45 67", "DE"), "+905321234567");
  EXPECT_EQ(ToE164("011 90 532 123 45 67", "US"), "+905321234567");
  // Two zeros lead abroad in most countries and not in all: without a country they say nothing.
  EXPECT_EQ(Read("0090 532 123 45 67", "US").refusal, Refusal::kTooLong);
  EXPECT_EQ(Read("0090 532 123 45 67", "").refusal, Refusal::kCountryUnknown);
  EXPECT_EQ(Read("90 532 123 45 67", "").refusal, Refusal::kCountryUnknown);
  EXPECT_EQ(Read("+999 123 456", "TR").refusal, Refusal::kCountryUnknown);
}

TEST(Phone, SignsThatPeopleTypeDoNotCount) {
  EXPECT_EQ(ToE164(" +90 (532) 123-45.67 ", ""), "+905321234567");
  EXPECT_EQ(ToE164("+90 (0) 532 123\u201345\u201367", ""), "+905321234567");
  EXPECT_EQ(ToE164("tel:+90-532-123-45-67", ""), "+905321234567");
  EXPECT_EQ(ToE164("TEL:0532 123 45 67", "TR"), "+905321234567");
  // As a telephone's address book copies it, marks of direction around it.
  EXPECT_EQ(ToE164("\u202A+90 532 123 45 67\u202C", ""), "+905321234567");
}

TEST(Phone, DigitsOfEveryScriptAreDigits) {
  EXPECT_EQ(ToE164("+٩٠٥٣٢١٢٣٤٥٦٧", ""), "+905321234567");
  EXPECT_EQ(ToE164("٠٥٣٢ ١٢٣ ٤٥ ٦٧", "TR"), "+905321234567");
  EXPECT_EQ(ToE164("۰۵۳۲ ۱۲۳ ۴۵ ۶۷", "TR"), "+905321234567");
  EXPECT_EQ(ToE164("＋９０ ５３２ １２３ ４５ ６７", ""), "+905321234567");
  EXPECT_EQ(ToE164("０９０ー１２３４ー５６７８", "JP"), "+819012345678");
}

// A letter that is passed over leaves another number than was meant.
TEST(Phone, LettersAndExtensionsAreRefused) {
  for (const char* text : {"0532 123 45 67 ext. 3", "0532 123 45 67 x3", "0532 123 45 67 #3", "tel:+905321234567;ext=3"})
    EXPECT_EQ(Read(text, "TR").refusal, Refusal::kExtension) << text;
  for (const char* text : {"ayse", "O532 123 45 67", "0532 I23 45 67", "0532 123 45 67 dahili 3", "0532 123 ABCD", "Tel. 0532 123 45 67"})
    EXPECT_EQ(Read(text, "TR").refusal, Refusal::kLetters) << text;
  EXPECT_EQ(Read("0151 2345678I9", "DE").refusal, Refusal::kLetters) << "without it, somebody else's";
  EXPECT_EQ(Read("1-800-FLOWERS", "US").refusal, Refusal::kLetters);
}

TEST(Phone, WhatIsNoNumberIsNone) {
  for (const char* text : {"", "12", "ayse", "+90", "+", "0532 123", "+90 532 123 45 67 89 01", "+999 123 456", "0532 123 45 67, 0533 123 45 67"})
    EXPECT_EQ(ToE164(text, "TR"), std::nullopt) << text;
  EXPECT_EQ(Read("", "TR").refusal, Refusal::kNoNumber);
  EXPECT_EQ(Read(std::string(100'000, '5'), "TR").refusal, Refusal::kTooLong);
  // In national form, of no country.
  EXPECT_EQ(Read("0532 123 45 67", "").refusal, Refusal::kCountryUnknown);
  EXPECT_EQ(ToE164("0532 123 45 67", "XX"), std::nullopt);
  EXPECT_EQ(ToE164(std::string_view("0532\0 123 45 67", 15), "TR"), std::nullopt);
}

}  // namespace
}  // namespace vefa::phone
