#include "services/contact/right/right_profile.h"

#include <algorithm>
#include <chrono>

#include "libs/base/check.h"
#include "libs/zone/zone.h"
#include "services/contact/consent/jurisdiction.h"

namespace vefa::contact {
namespace {

using std::chrono::year_month_day;

// Not legal advice: who knows better sets due times by a further version.
constexpr RightProfile kProfiles[] = {
    {"DE", 1, DayNumber(2018, 5, 25), 1, 0, 2, 0, "Europe/Berlin", "DSGVO Art. 12 (3)"},
    {kDefaultJurisdiction, 1, DayNumber(1970, 1, 1), 0, 30, 0, 0, "UTC", "none: thirty days"},
    {"EU", 1, DayNumber(2018, 5, 25), 1, 0, 2, 0, "Europe/Brussels", "GDPR art. 12 (3)"},
    {"TR", 1, DayNumber(2016, 10, 7), 0, 30, 0, 0, "Europe/Istanbul", "KVKK (6698) md. 13"},
    {"US", 1, DayNumber(2020, 1, 1), 0, 45, 0, 45, "America/Los_Angeles", "CCPA 1798.130 (a)(2)"},
};

int32_t AfterMonths(int32_t day, int32_t months) {
  const year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  const auto month = std::chrono::year_month(date.year(), date.month()) + std::chrono::months(months);
  const year_month_day last{month.year() / month.month() / std::chrono::last};
  return DayNumber(static_cast<int>(month.year()), static_cast<unsigned>(month.month()),
                   std::min(static_cast<unsigned>(date.day()), static_cast<unsigned>(last.day())));
}

}  // namespace

std::span<const RightProfile> RightProfiles() { return kProfiles; }

const RightProfile* FindRightProfile(std::string_view code, Time received) {
  const RightProfile* found = nullptr;
  for (const RightProfile& profile : kProfiles) {
    if (profile.code != code) continue;
    auto wall = zone::ToWall(profile.zone, received);
    if (found == nullptr || (wall.ok() && wall->day >= profile.first_day)) found = &profile;
  }
  return found;
}

const RightProfile* FindRightProfile(std::string_view code, int32_t version) {
  for (const RightProfile& profile : kProfiles)
    if (profile.code == code && profile.version == version) return &profile;
  return nullptr;
}

Time DueTime(const RightProfile& profile, Time received, bool extended) {
  auto wall = zone::ToWall(profile.zone, received);
  VEFA_CHECK(wall.ok());
  const int32_t months = profile.months + (extended ? profile.extension_months : 0);
  const int32_t days = profile.days + (extended ? profile.extension_days : 0);
  const int32_t last = AfterMonths(wall->day, months) + days;
  auto due = zone::FromWall(profile.zone, {last + 1, std::chrono::microseconds(0)}, zone::Repeated::kEarlier);
  VEFA_CHECK(due.ok());
  return *due;
}

}  // namespace vefa::contact
