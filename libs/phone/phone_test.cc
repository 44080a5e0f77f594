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

TEST(Phone, SignsThatPeopleTypeDoNotCount) {
  EXPECT_EQ(ToE164(" +90 (532) 123-45.67 ", ""), "+905321234567");
  EXPECT_EQ(ToE164("00 90 532 123 45 67", "TR"), "+905321234567");
  // Digits of another script are digits.
  EXPECT_EQ(ToE164("+٩٠٥٣٢١٢٣٤٥٦٧", ""), "+905321234567");
}

TEST(Phone, WhatIsNoNumberIsNone) {
  for (const char* text : {"", "12", "ayse", "+90", "0532 123", "+90 532 123 45 67 89 01", "+999 123 456", "0532 123 45 67 ext. 3"})
    EXPECT_EQ(ToE164(text, "TR"), std::nullopt) << text;
  // In national form, of no country.
  EXPECT_EQ(ToE164("0532 123 45 67", ""), std::nullopt);
  EXPECT_EQ(ToE164("0532 123 45 67", "XX"), std::nullopt);
  EXPECT_EQ(ToE164(std::string_view("0532\0 123 45 67", 15), "TR"), std::nullopt);
}

}  // namespace
}  // namespace vefa::phone
