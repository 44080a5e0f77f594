#include <gtest/gtest.h>

#include "libs/base/backoff.h"
#include "libs/base/id.h"
#include "libs/base/text.h"

namespace vefa {
namespace {

TEST(ResultTest, CarriesEveryViolation) {
  Error error = Violations({{"a", "A_BAD", "Mend a."}, {"b", "B_BAD", "Mend b."}});
  EXPECT_EQ(error.reason, "A_BAD");
  EXPECT_EQ(error.message, "a: Mend a. (and 1 more)");
  EXPECT_EQ(error.violations.size(), 2u);
}

TEST(UuidTest, RoundTripsAndRefusesBadText) {
  auto id = Uuid::Parse("0191e5f0-0000-7000-8000-0123456789AB");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->ToString(), "0191e5f0-0000-7000-8000-0123456789ab");
  for (const char* bad : {"", "0191e5f0", "0191e5f0-0000-7000-8000-0123456789ag", "0191e5f00000-7000-8000-0123456789abx"})
    EXPECT_FALSE(Uuid::Parse(bad).ok()) << bad;
}

TEST(UuidTest, Version7SortsInTheOrderOfMakingEvenWhenTheClockStands) {
  ManualClock clock(Time(std::chrono::seconds(1000)));
  Uuid last = NewUuidV7(clock);
  for (int i = 0; i < 10000; ++i) {
    Uuid next = NewUuidV7(clock);
    ASSERT_LT(last, next);
    EXPECT_EQ(next.bytes[6] >> 4, 7);
    EXPECT_EQ(next.bytes[8] >> 6, 2);
    last = next;
  }
}

TEST(UuidTest, Version8SortsByTimeAndRepeats) {
  std::array<uint8_t, 10> digest{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Time early = *ParseTime("1997-01-01");
  Time late = *ParseTime("1998-06-30");
  EXPECT_EQ(UuidV8At(early, digest), UuidV8At(early, digest));
  EXPECT_LT(UuidV8At(early, digest), UuidV8At(late, digest));
}

TEST(NameTest, ParsesBothKinds) {
  EXPECT_TRUE(ParseResourceName("contacts", "contacts/0191e5f0-0000-7000-8000-0123456789ab").ok());
  EXPECT_EQ(ParseResourceName("contacts", "orders/0191e5f0-0000-7000-8000-0123456789ab").error().reason, "NAME_SYNTAX");
  EXPECT_EQ(*ParseSlugName("campaigns", "campaigns/win-back"), "win-back");
  EXPECT_FALSE(ParseSlugName("campaigns", "campaigns/Win back").ok());
  EXPECT_FALSE(ParseSlugName("campaigns", "campaigns/").ok());
}

TEST(TextTest, Base64UrlRoundTripsAndHasOneSpelling) {
  for (std::string bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    EXPECT_EQ(*FromBase64Url(ToBase64Url(bytes)), bytes);
  }
  EXPECT_EQ(ToBase64Url("\xff\xfe\xfd"), "__79");
  EXPECT_FALSE(FromBase64Url("Zh").ok());
  EXPECT_FALSE(FromBase64Url("Z").ok());
}

TEST(TextTest, Utf8IsChecked) {
  EXPECT_TRUE(IsUtf8("Ayşe Işık İnci \xF0\x9F\x98\x80"));
  EXPECT_EQ(Utf8Length("Işık"), 4u);
  for (const char* bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF"}) EXPECT_FALSE(IsUtf8(bad));
  EXPECT_FALSE(IsUtf8(std::string_view("a\0b", 3)));
}

TEST(TextTest, TimesParseAndPrint) {
  EXPECT_EQ(ToRfc3339(*ParseTime("1997-09-30")), "1997-09-30T00:00:00.000000Z");
  EXPECT_EQ(ToRfc3339(*ParseTime("1997-09-30T01:30:00.25+03:00")), "1997-09-29T22:30:00.250000Z");
  for (const char* bad : {"", "1997-02-30", "1997-13-01", "19970101", "1997-01-01T25:00:00Z", "1997-01-01T00:00:00",
                          "1997-01-01T00:00:00+3", "yesterday", "1997-01-0", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"})
    EXPECT_FALSE(ParseTime(bad).ok()) << bad;
}

TEST(TextTest, DatesThatDoNotExistAreNone) {
  EXPECT_EQ(*DaysFromCivil(1970, 1, 1), 0);
  EXPECT_TRUE(DaysFromCivil(2024, 2, 29).ok());
  EXPECT_TRUE(DaysFromCivil(2000, 2, 29).ok());
  EXPECT_TRUE(DaysFromCivil(1, 1, 1).ok() && DaysFromCivil(9999, 12, 31).ok());
  struct {
    int year;
    unsigned month, day;
  } const bad[] = {{2025, 2, 29}, {2025, 2, 30}, {1900, 2, 29}, {2025, 4, 31}, {2025, 0, 1}, {2025, 1, 0}, {2025, 13, 1}, {0, 1, 1},
                   {-1, 1, 1}, {10000, 1, 1}, {65536 + 2025, 1, 1}, {2025, 256 + 1, 1}, {2025, 1, 256 + 1}};
  for (const auto& each : bad) EXPECT_FALSE(DaysFromCivil(each.year, each.month, each.day).ok()) << each.year << "-" << each.month << "-" << each.day;
}

TEST(BackoffTest, GrowsAndStaysBounded) {
  using std::chrono::milliseconds;
  EXPECT_EQ(Backoff(0, milliseconds(100), milliseconds(5000), 0.5), milliseconds(51));
  EXPECT_EQ(Backoff(3, milliseconds(100), milliseconds(5000), 0.5), milliseconds(401));
  EXPECT_LE(Backoff(60, milliseconds(100), milliseconds(5000), 0.999), milliseconds(5001));
}

TEST(TextTest, EscapesWhatHtmlWouldRead) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\">Tom & 'Ayşe'</a>"), "&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;Ayşe&#39;&lt;/a&gt;");
  EXPECT_EQ(EscapeHtml(""), "");
}

}  // namespace
}  // namespace vefa
