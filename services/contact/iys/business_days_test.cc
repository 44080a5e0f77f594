#include "services/contact/iys/business_days.h"

#include <gtest/gtest.h>
#include <unicode/calendar.h>

#include <chrono>
#include <memory>

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

// The religious ones are held against an Islamic calendar of somebody else's, from which sightings and rules of countries differ by a day.
TEST(BusinessDays, ReligiousHolidaysFallWhereACalendarHasThem) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Calendar> islamic(
      icu::Calendar::createInstance(icu::TimeZone::createTimeZone("UTC"), icu::Locale("en@calendar=islamic-umalqura"), status));
  ASSERT_TRUE(U_SUCCESS(status));
  auto is_first = [&](int32_t day, int32_t month, int32_t of_month) {
    for (int32_t off = -1; off <= 1; ++off) {
      islamic->setTime(86'400'000.0 * (day + off) + 43'200'000.0, status);
      if (islamic->get(UCAL_MONTH, status) == month && islamic->get(UCAL_DATE, status) == of_month) return true;
    }
    return false;
  };
  int ramazan = 0, kurban = 0;
  for (int32_t day = BusinessDay(2020, 1, 1); day < BusinessDay(LastKnownHolidayYear() + 1, 1, 1); ++day) {
    islamic->setTime(86'400'000.0 * day + 43'200'000.0, status);
    const int32_t month = islamic->get(UCAL_MONTH, status), of_month = islamic->get(UCAL_DATE, status);
    // The second day of Shawwal and of the feast in Dhu al-Hijja is a holiday whichever way a day is off.
    ramazan += month == 9 && of_month == 2 ? 1 : 0;
    kurban += month == 11 && of_month == 11 ? 1 : 0;
    if ((month == 9 && of_month == 2) || (month == 11 && of_month == 11)) {
      EXPECT_FALSE(IsTurkishBusinessDay(day)) << day;
    }
    // And nothing else on a working day, but the fixed ones.
    const year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    const std::chrono::weekday weekday{std::chrono::sys_days(date)};
    const bool near_feast = is_first(day, 9, 1) || is_first(day, 9, 2) || is_first(day, 9, 3) || is_first(day, 11, 10) || is_first(day, 11, 11) ||
                            is_first(day, 11, 12) || is_first(day, 11, 13);
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
