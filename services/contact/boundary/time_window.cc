#include "services/contact/boundary/time_window.h"

#include <algorithm>

#include "libs/zone/zone.h"

namespace vefa::contact {
namespace {

using Window = v1::TimeWindowRule::Window;

// A week, a day for windows that a gap has swallowed, and one for the zone.
constexpr int kDaysAhead = 9;

v1::Weekday WeekdayOf(int32_t day) {
  // 1970-01-01 was a Thursday.
  return static_cast<v1::Weekday>(((day % 7) + 7 + 3) % 7 + 1);
}

struct Stretch {
  Time start;
  Time end;
};

// The window that begins on this day; nullopt when none does, or a gap has left nothing of it.
std::optional<Stretch> StretchOn(const std::string& zone, const Window& window, int32_t day) {
  if (std::find(window.weekdays().begin(), window.weekdays().end(), WeekdayOf(day)) == window.weekdays().end())
    return std::nullopt;
  const int32_t end_day = window.end_minute() > window.start_minute() ? day : day + 1;
  auto start = zone::FromWall(zone, {day, std::chrono::minutes(window.start_minute())}, zone::Repeated::kEarlier);
  auto end = zone::FromWall(zone, {end_day, std::chrono::minutes(window.end_minute())}, zone::Repeated::kLater);
  if (!start.ok() || !end.ok() || *start >= *end) return std::nullopt;
  return Stretch{*start, *end};
}

}  // namespace

bool IsInside(const v1::TimeWindowRule& rule, Time moment) {
  auto wall = zone::ToWall(rule.zone(), moment);
  if (!wall.ok()) return false;
  for (const Window& window : rule.windows()) {
    // One that began yesterday may go through midnight.
    for (int32_t day : {wall->day - 1, wall->day}) {
      auto stretch = StretchOn(rule.zone(), window, day);
      if (stretch && stretch->start <= moment && moment < stretch->end) return true;
    }
  }
  return false;
}

std::optional<Time> NextOpening(const v1::TimeWindowRule& rule, Time moment) {
  auto wall = zone::ToWall(rule.zone(), moment);
  if (!wall.ok()) return std::nullopt;
  for (int32_t day = wall->day; day <= wall->day + kDaysAhead; ++day) {
    std::optional<Time> first;
    for (const Window& window : rule.windows()) {
      auto stretch = StretchOn(rule.zone(), window, day);
      if (stretch && stretch->start > moment && (!first || stretch->start < *first)) first = stretch->start;
    }
    if (first) return first;
  }
  return std::nullopt;
}

}  // namespace vefa::contact
