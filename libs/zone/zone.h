#pragma once

#include <chrono>
#include <cstdint>
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

}  // namespace vefa::zone
