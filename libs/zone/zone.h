#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa::zone {

// What a clock and a calendar on a wall show.
struct WallTime {
  int32_t day = 0;  // Days since 1970-01-01.
  std::chrono::microseconds since_midnight{0};

  auto operator<=>(const WallTime&) const = default;
};

// Which moment is meant by a wall time that comes twice, because clocks were put back in between.
enum class Repeated { kEarlier, kLater };

// Whether the IANA knows a zone of this name: `Europe/Istanbul`, `UTC`. Thread-safe, as the rest.
bool IsZone(std::string_view name);

// INVALID_ARGUMENT `ZONE_UNKNOWN`.
Result<WallTime> ToWall(std::string_view zone, Time moment);

// The moment of a wall time; of one that is skipped the first one after the gap. INVALID_ARGUMENT `ZONE_UNKNOWN`.
Result<Time> FromWall(std::string_view zone, const WallTime& wall, Repeated repeated);

// A stretch of every day on a wall clock, in minutes after midnight, 0-1439: from its start until before its end. Through midnight when it
// ends before it begins.
struct DailyStretch {
  int32_t start_minute = 0;
  int32_t end_minute = 0;
  bool operator==(const DailyStretch&) const = default;
};

// When the stretch that a moment is in ends; nullopt when it is in none, and where nobody knows the zone. A start that clocks show twice is
// the earlier one, an end the later: whoever is asleep is not woken in the hour that comes again.
std::optional<Time> EndOfStretch(std::string_view zone, const DailyStretch& stretch, Time moment);

// The first moment of the calendar day that is `days_before` days before the one a moment is in. INVALID_ARGUMENT `ZONE_UNKNOWN`.
Result<Time> StartOfDay(std::string_view zone, Time moment, int days_before);

}  // namespace vefa::zone
