#include "services/contact/iys/business_days.h"

#include <gtest/gtest.h>

#include <chrono>

#include "services/contact/iys/iys_wire.h"

namespace vefa::contact {
namespace {

using std::chrono::year_month_day;

int32_t BusinessDay(int year, unsigned month, unsigned day) {
  const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::string EndAfter(const char* said, int32_t days = 3) { return iys_wire::TimeText(EndOfBusinessDay(*iys_wire::ParseTime(said), days)); }

TEST(BusinessDays, WeekendsAndHolidaysAreNone) {
  EXPECT_TRUE(IsTurkishBusinessDay(BusinessDay(2026, 11, 27)));   // A Friday.
  EXPECT_FALSE(IsTurkishBusinessDay(BusinessDay(2026, 11, 28)));
  EXPECT_FALSE(IsTurkishBusinessDay(BusinessDay(2026, 11, 29)));
  EXPECT_FALSE(IsTurkishBusinessDay(BusinessDay(2026, 10, 29)));  // Republic Day, a Thursday.
  EXPECT_TRUE(IsTurkishBusinessDay(BusinessDay(2026, 10, 28)));   // Its eve is a half day.
  EXPECT_FALSE(IsTurkishBusinessDay(BusinessDay(2026, 3, 20)));   // Ramazan Bayramı, a Friday.
  EXPECT_FALSE(IsTurkishBusinessDay(BusinessDay(2026, 5, 28)));   // Kurban Bayramı, a Thursday.
  EXPECT_FALSE(IsTurkishBusinessDay(BusinessDay(2031, 4, 23)));   // Fixed ones hold in every year.
}

TEST(BusinessDays, ATermEndsWithItsThirdDay) {
  EXPECT_EQ(EndAfter("2026-11-23 09:30:00"), "2026-11-27 00:00:00");  // Monday: Tuesday, Wednesday, Thursday.
  EXPECT_EQ(EndAfter("2026-11-27 23:59:59"), "2026-12-03 00:00:00");  // Friday: Monday to Wednesday.
  EXPECT_EQ(EndAfter("2026-11-28 10:00:00"), "2026-12-03 00:00:00");  // Saturday as well.
  // From the Friday before Kurban Bayramı, Wednesday to Saturday: Monday, Tuesday, and the Monday after.
  EXPECT_EQ(EndAfter("2026-05-22 12:00:00"), "2026-06-02 00:00:00");
  EXPECT_EQ(EndAfter("2026-10-27 12:00:00"), "2026-11-03 00:00:00");  // 28, 30 and Monday.
}

// Its day is that of Istanbul, not of UTC.
TEST(BusinessDays, TheDayIsThatOfIstanbul) {
  EXPECT_EQ(EndAfter("2026-11-24 00:30:00"), "2026-11-28 00:00:00");
  EXPECT_EQ(EndAfter("2026-11-23 23:30:00"), "2026-11-27 00:00:00");
}

struct IslamicDate {
  int month, day;  // From 1.
};

// The tabular Islamic calendar of the astronomers, from which what is seen and decided differs by a day.
IslamicDate ToIslamic(int32_t day) {
  int l = day + 2'440'588 - 1'948'440 + 10'632;
  const int n = (l - 1) / 10'631;
  l = l - 10'631 * n + 354;
  const int j = ((10'985 - l) / 5316) * ((50 * l) / 17'719) + (l / 5670) * ((43 * l) / 15'238);
  l = l - ((30 - j) / 15) * ((17'719 * j) / 50) - (j / 16) * ((15'238 * j) / 43) + 29;
  const int month = 24 * l / 709;
  return {month, l - 709 * month / 24};
}

TEST(BusinessDays, ReligiousHolidaysFallWhereACalendarHasThem) {
  auto is_near = [](int32_t day, int month, int of_month) {
    for (int32_t off = -1; off <= 1; ++off)
      if (const IslamicDate date = ToIslamic(day + off); date.month == month && date.day == of_month) return true;
    return false;
  };
  int ramazan = 0, kurban = 0;
  for (int32_t day = BusinessDay(2020, 1, 1); day < BusinessDay(LastKnownHolidayYear() + 1, 1, 1); ++day) {
    const auto [month, of_month] = ToIslamic(day);
    // The second day of Shawwal and of the feast in Dhu al-Hijja is a holiday whichever way a day is off.
    ramazan += month == 10 && of_month == 2 ? 1 : 0;
    kurban += month == 12 && of_month == 11 ? 1 : 0;
    if ((month == 10 && of_month == 2) || (month == 12 && of_month == 11)) {
      EXPECT_FALSE(IsTurkishBusinessDay(day)) << day;
    }
    // And nothing else on a working day, but the fixed ones.
    const year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    const std::chrono::weekday weekday{std::chrono::sys_days(date)};
    const bool near_feast = is_near(day, 10, 1) || is_near(day, 10, 2) || is_near(day, 10, 3) || is_near(day, 12, 10) || is_near(day, 12, 11) ||
                            is_near(day, 12, 12) || is_near(day, 12, 13);
    const auto md = std::pair(static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    const bool fixed = md == std::pair(1u, 1u) || md == std::pair(4u, 23u) || md == std::pair(5u, 1u) || md == std::pair(5u, 19u) ||
                       md == std::pair(7u, 15u) || md == std::pair(8u, 30u) || md == std::pair(10u, 29u);
    if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday && !near_feast && !fixed) {
      EXPECT_TRUE(IsTurkishBusinessDay(day)) << day;
    }
  }
  EXPECT_EQ(ramazan, 9);
  EXPECT_EQ(kurban, 9);
}

}  // namespace
}  // namespace vefa::contact
