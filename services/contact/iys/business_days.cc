#include "services/contact/iys/business_days.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "libs/base/check.h"
#include "libs/zone/zone.h"

namespace vefa::contact {
namespace {

using std::chrono::year_month_day;

constexpr char kIstanbul[] = "Europe/Istanbul";

constexpr int32_t HolidayNumber(int year, unsigned month, unsigned day) {
  const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

// Law 2429 article 2: New Year, 23 April, 1 May, 19 May, 15 July, 30 August, 29 October.
struct MonthDay {
  unsigned month, day;
};
constexpr std::array<MonthDay, 7> kFixed{{{1, 1}, {4, 23}, {5, 1}, {5, 19}, {7, 15}, {8, 30}, {10, 29}}};

// The first day of Ramazan Bayramı, which has three, and of Kurban Bayramı, which has four, as the calendar of the Presidency of Religious
// Affairs gives them. The eves are half days. A year is added before it begins.
struct Religious {
  int year;
  int32_t ramazan, kurban;
};
constexpr std::array<Religious, 9> kReligious{{
    {2020, HolidayNumber(2020, 5, 24), HolidayNumber(2020, 7, 31)},
    {2021, HolidayNumber(2021, 5, 13), HolidayNumber(2021, 7, 20)},
    {2022, HolidayNumber(2022, 5, 2), HolidayNumber(2022, 7, 9)},
    {2023, HolidayNumber(2023, 4, 21), HolidayNumber(2023, 6, 28)},
    {2024, HolidayNumber(2024, 4, 10), HolidayNumber(2024, 6, 16)},
    {2025, HolidayNumber(2025, 3, 30), HolidayNumber(2025, 6, 6)},
    {2026, HolidayNumber(2026, 3, 20), HolidayNumber(2026, 5, 27)},
    {2027, HolidayNumber(2027, 3, 9), HolidayNumber(2027, 5, 16)},
    {2028, HolidayNumber(2028, 2, 26), HolidayNumber(2028, 5, 5)},
}};
constexpr int32_t kRamazanDays = 3, kKurbanDays = 4;

bool IsHoliday(int32_t day) {
  const year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  const auto month = static_cast<unsigned>(date.month()), of_month = static_cast<unsigned>(date.day());
  if (std::ranges::any_of(kFixed, [&](const MonthDay& fixed) { return fixed.month == month && fixed.day == of_month; })) return true;
  return std::ranges::any_of(kReligious, [&](const Religious& year) {
    return (day >= year.ramazan && day < year.ramazan + kRamazanDays) || (day >= year.kurban && day < year.kurban + kKurbanDays);
  });
}

}  // namespace

bool IsTurkishBusinessDay(int32_t day) {
  const std::chrono::weekday weekday{std::chrono::sys_days(std::chrono::days(day))};
  return weekday != std::chrono::Saturday && weekday != std::chrono::Sunday && !IsHoliday(day);
}

int32_t LastKnownHolidayYear() { return kReligious.back().year; }

Time EndOfBusinessDay(Time moment, int32_t count) {
  const auto wall = zone::ToWall(kIstanbul, moment);
  VEFA_CHECK(wall.ok());
  int32_t day = wall->day;
  while (count > 0) count -= IsTurkishBusinessDay(++day) ? 1 : 0;
  const auto end = zone::FromWall(kIstanbul, {day + 1, std::chrono::microseconds(0)}, zone::Repeated::kEarlier);
  VEFA_CHECK(end.ok());
  return *end;
}

}  // namespace vefa::contact
