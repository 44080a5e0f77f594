#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libs/base/clock.h"
#include "libs/zone/zone.h"

// What a person asked of messages that are sent for their consent or our interest: when none is to arrive, and how many at most. Rules without
// I/O or a clock of their own.
namespace vefa::notification {

struct Wishes {
  std::string time_zone{};  // Of the IANA; empty where nobody knows it, and UTC counts.
  std::optional<zone::DailyStretch> quiet_hours{};
  int32_t messages_per_day = 0;   // On a day of the person's calendar; 0: no limit, as below.
  int32_t messages_per_week = 0;  // On seven days of it in a row.

  bool limits() const { return messages_per_day > 0 || messages_per_week > 0; }
};

// When the quiet hours that a moment is in end; nullopt when it is in none.
std::optional<Time> QuietUntil(const Wishes& wishes, Time moment);

// From when on messages count: the first moments of the person's day, and of the day six before it.
struct CountedSince {
  Time today;
  Time week;
};
CountedSince SinceWhen(const Wishes& wishes, Time moment);

// How many messages were handed over since then, or are on their way.
struct HandedOver {
  int64_t today = 0;
  int64_t week = 0;
};
bool IsLimitReached(const Wishes& wishes, const HandedOver& handed);

}  // namespace vefa::notification
