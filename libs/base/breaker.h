#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "libs/base/backoff.h"

namespace vefa {

struct BreakerLimits {
  int failures_max = 1;                  // In a row, before it opens.
  std::chrono::milliseconds first{1000};  // The first pause; each that follows is twice as long.
  std::chrono::milliseconds longest{4000};
};

// Leaves something that failed alone for a while, so that what is gone costs its callers nothing. After the pause one
// call is let through and decides: all is well again, or a longer pause. Pauses vary by a fifth, so that many processes
// do not come back in step. Thread-safe.
class Breaker {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  explicit Breaker(BreakerLimits limits = {}) : limits_(limits) {}

  // Whether a call may go out; one that does reports how it ended by one of the next two.
  bool Allows(TimePoint now = std::chrono::steady_clock::now()) {
    std::lock_guard lock(mutex_);
    if (failures_ < limits_.failures_max) return true;
    if (now < rests_until_ || probing_) return false;
    probing_ = true;
    return true;
  }
  void Succeeded() {
    std::lock_guard lock(mutex_);
    failures_ = 0;
    openings_ = 0;
    probing_ = false;
  }
  // True when this is what opens it.
  bool Failed(TimePoint now = std::chrono::steady_clock::now()) {
    std::lock_guard lock(mutex_);
    bool was_open = failures_ >= limits_.failures_max;
    // What was under way when it opened says nothing new.
    if (was_open && !probing_) return false;
    probing_ = false;
    if (++failures_ < limits_.failures_max) return false;
    auto pause = std::min(limits_.longest, limits_.first * (1 << std::min(openings_++, 10)));
    rests_until_ = now + std::chrono::milliseconds(static_cast<long>(pause.count() * (0.8 + 0.2 * RandomShare())));
    return !was_open;
  }
  bool open() const {
    std::lock_guard lock(mutex_);
    return failures_ >= limits_.failures_max;
  }

 private:
  const BreakerLimits limits_;
  mutable std::mutex mutex_;
  int failures_ = 0;
  int openings_ = 0;
  bool probing_ = false;
  TimePoint rests_until_;
};

}  // namespace vefa
