#include "libs/zone/zone.h"

#include <date/tz.h>

#include <stdexcept>

namespace vefa::zone {
namespace {

// nullptr when there is none. The library throws; nothing of ours does.
const date::time_zone* Find(std::string_view name) {
  if (name.empty() || name.size() > 64) return nullptr;
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

Error Unknown() {
  return InvalidArgument("ZONE_UNKNOWN", "Give a time zone of the IANA, for example Europe/Istanbul.");
}

}  // namespace

bool IsZone(std::string_view name) { return Find(name) != nullptr; }

Result<WallTime> ToWall(std::string_view zone, Time moment) {
  const date::time_zone* found = Find(zone);
  if (found == nullptr) return Unknown();
  auto local = found->to_local(moment);
  auto day = date::floor<date::days>(local);
  return WallTime{static_cast<int32_t>(day.time_since_epoch().count()),
                  std::chrono::duration_cast<std::chrono::microseconds>(local - day)};
}

Result<Time> FromWall(std::string_view zone, const WallTime& wall, Repeated repeated) {
  const date::time_zone* found = Find(zone);
  if (found == nullptr) return Unknown();
  date::local_time<std::chrono::microseconds> local{date::local_days(date::days(wall.day)) + wall.since_midnight};
  date::local_info info = found->get_info(local);
  // In a gap both offsets are known, and the second begins where the first ends: the first moment after it.
  if (info.result == date::local_info::nonexistent) return Time(info.first.end.time_since_epoch());
  const date::sys_info& which =
      info.result == date::local_info::ambiguous && repeated == Repeated::kLater ? info.second : info.first;
  return Time(local.time_since_epoch() - which.offset);
}

std::optional<Time> EndOfStretch(std::string_view zone, const DailyStretch& stretch, Time moment) {
  auto wall = ToWall(zone, moment);
  if (!wall.ok()) return std::nullopt;
  const bool through = stretch.end_minute < stretch.start_minute;
  // One that began yesterday may go through midnight.
  for (int32_t day : {wall->day - 1, wall->day}) {
    auto start = FromWall(zone, {day, std::chrono::minutes(stretch.start_minute)}, Repeated::kEarlier);
    auto end = FromWall(zone, {through ? day + 1 : day, std::chrono::minutes(stretch.end_minute)}, Repeated::kLater);
    if (start.ok() && end.ok() && *start <= moment && moment < *end) return *end;
  }
  return std::nullopt;
}

Result<Time> StartOfDay(std::string_view zone, Time moment, int days_before) {
  VEFA_TRY(WallTime wall, ToWall(zone, moment));
  return FromWall(zone, {wall.day - days_before, {}}, Repeated::kEarlier);
}

}  // namespace vefa::zone
