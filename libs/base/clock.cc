#include "libs/base/clock.h"

#include <algorithm>

namespace vefa {

Time SystemClock::Now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Deadline Deadline::After(std::chrono::milliseconds wait) { return Deadline(std::chrono::steady_clock::now() + wait); }

bool Deadline::Passed() const { return std::chrono::steady_clock::now() >= at_; }

std::chrono::milliseconds Deadline::Left() const {
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);
  auto now = std::chrono::steady_clock::now();
  if (at_ == std::chrono::steady_clock::time_point::max()) return kLongest;
  if (now >= at_) return std::chrono::milliseconds(0);
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(at_ - now), std::chrono::milliseconds(0), kLongest);
}

}  // namespace vefa
