#include "libs/text/name.h"

#include <gtest/gtest.h>

namespace vefa::text {
namespace {

TEST(Name, DomainsInOtherLettersHaveOneAsciiForm) {
  EXPECT_EQ(DomainToAscii("Deniz.Example"), "deniz.example");
  EXPECT_EQ(DomainToAscii("ışık.example"), "xn--k-ekaa7p.example");
  EXPECT_EQ(DomainToAscii("straße.example"), "xn--strae-oqa.example");
  EXPECT_EQ(DomainToAscii("xn--strae-oqa.example"), "xn--strae-oqa.example");
  for (const char* bad : {"a b.example", "-a.example", "a..b", "xn--\xFF.example", "\u200E.example"})
    EXPECT_EQ(DomainToAscii(bad), std::nullopt) << bad;
}

TEST(Name, TextsAreComposedAndTheirSpacesSingle) {
  EXPECT_EQ(Tidied("  Ays\u0327e \t\u00A0 Is\u0327\u0131k\n"), "Ayşe Işık");
  EXPECT_EQ(Tidied("李"), "李");
  EXPECT_EQ(Tidied("👩‍🚀 Ada"), "👩‍🚀 Ada");
  EXPECT_EQ(Tidied(" \u3000 "), "");
  // What comes along when a text is copied.
  EXPECT_EQ(Tidied("\uFEFFAy\u00ADs\u200B\u0327e \u2060"), "Ayşe");
}

TEST(Name, WhatNobodyCanSeeIsTold) {
  for (const char* seen : {"A", "İ", "李", "😀", "👩‍🚀", ".", "\u0301", "شيرين"}) EXPECT_TRUE(CanBeSeen(seen)) << seen;
  for (const char* blank : {"", " ", "\u00A0", "\u200B", "\u200D", "\u3164", "\u115F\u1160", "\u2800", "\uFE0F", "\u202E\u202C", "\t"})
    EXPECT_FALSE(CanBeSeen(blank)) << blank;
}

TEST(Name, SignsThatCannotBeSeenAreFound) {
  EXPECT_TRUE(HidesSigns("ada\u202Egnp.exe"));
  EXPECT_TRUE(HidesSigns("a\u2066b"));
  EXPECT_TRUE(HidesSigns("a\x01"));
  EXPECT_FALSE(HidesSigns("شيرين"));  // Written from right to left by itself.
  EXPECT_FALSE(HidesSigns("👩‍🚀"));
}

TEST(Name, Countries) {
  for (const char* code : {"TR", "DE", "US", "AZ"}) EXPECT_TRUE(IsCountry(code)) << code;
  for (const char* code : {"", "tr", "XX", "ZZ", "TUR", "T"}) EXPECT_FALSE(IsCountry(code)) << code;
}

}  // namespace
}  // namespace vefa::text
