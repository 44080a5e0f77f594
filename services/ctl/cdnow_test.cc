#include "services/ctl/cdnow.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "libs/base/text.h"

namespace vefa::ctl::cdnow {
namespace {

constexpr int kCustomers = 2357;

TEST(Cdnow, ReadsTheSample) {
  auto purchases = ReadSample("00004 0001 19970101  2   29.33\r\n00004 0001 19970118  2   29.73\r\n00021 0002 19970101  3    0.00\r\n");
  ASSERT_TRUE(purchases.ok());
  ASSERT_EQ(purchases->size(), 3u);
  EXPECT_EQ(OrderIdOf((*purchases)[1]), "cdnow/1/2");
  EXPECT_EQ((*purchases)[1].cents, 2973);
  EXPECT_EQ((*purchases)[1].cds, 2);
  EXPECT_EQ(ToRfc3339(StartOfDay((*purchases)[1].day)), "1997-01-18T00:00:00.000000Z");
  EXPECT_EQ((*purchases)[2].cents, 0);
  EXPECT_EQ(SampleIds(*purchases), (std::vector<int>{1, 2}));
}

TEST(Cdnow, NamesTheLineThatIsWrong) {
  EXPECT_FALSE(ReadSample("00004 0001 19970101 2 92233720368547758.07").ok());
  for (const char* line : {"00004 0001 19970230 2 29.33", "00004 0001 19970101 2", "00004 x 19970101 2 29.33",
                           "00004 0001 19970101 2 29.3", "00004 0001 19970101 -2 29.33"}) {
    auto purchases = ReadSample(std::string("00004 0001 19970101 2 29.33\n") + line + "\n");
    ASSERT_FALSE(purchases.ok()) << line;
    EXPECT_NE(purchases.error().message.find("Line 2"), std::string::npos) << line;
  }
  EXPECT_FALSE(ReadSample("").ok());
}

TEST(Cdnow, CustomersFollowTheRules) {
  EXPECT_EQ(CustomerOf(12).email, "customer.12@cdnow.example");
  EXPECT_EQ(CustomerOf(12).language, "tr");
  EXPECT_EQ(CustomerOf(57).email, "gone.57@cdnow.example");
  EXPECT_EQ(CustomerOf(57).language, "en");
  EXPECT_EQ(CustomerOf(57).external_id, "cdnow/57");
  std::string names;
  std::set<std::string> addresses;
  for (int n = 1; n <= kCustomers; ++n) {
    Customer customer = CustomerOf(n);
    EXPECT_TRUE(IsUtf8(customer.display_name)) << n;
    EXPECT_NE(customer.display_name.find(' '), std::string::npos) << n;
    addresses.insert(customer.email);
    names += customer.display_name;
  }
  EXPECT_EQ(addresses.size(), static_cast<size_t>(kCustomers));
  for (const char* letter : {"İ", "ı", "ş", "ğ", "ç", "Ş", "Ö", "ü"}) EXPECT_NE(names.find(letter), names.npos) << letter;
  EXPECT_EQ(CustomerOf(1000).display_name, CustomerOf(1000).display_name);
}

TEST(Cdnow, ConsentsFollowTheRules) {
  for (int n = 1; n <= kCustomers; ++n) {
    auto lines = ConsentsOf(n);
    switch (n % 10) {
      case 0: EXPECT_TRUE(lines.empty()) << n; break;
      case 1:
        ASSERT_EQ(lines.size(), 2u) << n;
        EXPECT_TRUE(lines[0].granted && !lines[1].granted && lines[0].time < lines[1].time) << n;
        break;
      default:
        ASSERT_EQ(lines.size(), 1u) << n;
        EXPECT_TRUE(lines[0].granted && !lines[0].source.empty()) << n;
    }
    for (const ConsentLine& line : lines) EXPECT_LT(DayOf(line.time), 10134) << "after 1997-09-30, " << n;
  }
  EXPECT_EQ(ToRfc3339(ConsentsOf(2)[0].time), "1997-01-03T10:00:00.000000Z");
}

}  // namespace
}  // namespace vefa::ctl::cdnow
