#pragma once

#include "libs/base/clock.h"
#include "services/notification/wishes.h"

namespace vefa::notification {

// Quiet hours on UTC's clock from an hour before to an hour after a moment, whatever day it is.
inline Wishes QuietAround(Time moment) {
  constexpr int kDay = 24 * 60;
  auto minutes = std::chrono::duration_cast<std::chrono::minutes>(moment.time_since_epoch()).count();
  auto minute = static_cast<int>(minutes % kDay);
  return {"UTC", zone::DailyStretch{(minute + kDay - 60) % kDay, (minute + 60) % kDay}};
}

}  // namespace vefa::notification
