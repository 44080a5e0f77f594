#include "services/notification/wishes.h"

namespace vefa::notification {
namespace {

constexpr char kUnknownZone[] = "UTC";
constexpr int kDaysBefore = 6;  // With the present one, a week.

std::string ZoneOf(const Wishes& wishes) { return wishes.time_zone.empty() ? kUnknownZone : wishes.time_zone; }

// A zone that contact knows and this machine does not, because its zones are older, is taken for UTC.
Time StartOfDay(const Wishes& wishes, Time moment, int days_before) {
  auto start = zone::StartOfDay(ZoneOf(wishes), moment, days_before);
  if (!start.ok()) start = zone::StartOfDay(kUnknownZone, moment, days_before);
  return start.ok() ? *start : moment - std::chrono::hours(24 * (days_before + 1));
}

}  // namespace

std::optional<Time> QuietUntil(const Wishes& wishes, Time moment) {
  if (!wishes.quiet_hours) return std::nullopt;
  const std::string zone = ZoneOf(wishes);
  return zone::EndOfStretch(zone::IsZone(zone) ? zone : kUnknownZone, *wishes.quiet_hours, moment);
}

CountedSince SinceWhen(const Wishes& wishes, Time moment) {
  return {StartOfDay(wishes, moment, 0), StartOfDay(wishes, moment, kDaysBefore)};
}

bool IsLimitReached(const Wishes& wishes, const HandedOver& handed) {
  return (wishes.messages_per_day > 0 && handed.today >= wishes.messages_per_day) ||
         (wishes.messages_per_week > 0 && handed.week >= wishes.messages_per_week);
}

}  // namespace vefa::notification
