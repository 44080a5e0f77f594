#include "tests/load/pace.h"

#include <algorithm>

namespace vefa::load {

bool Pace::Take(double writes) {
  std::unique_lock lock(mutex_);
  auto now = SteadyClock::now();
  credit_ = std::min(credit_ + rate_ * std::chrono::duration<double>(now - last_).count(), rate_ * kCreditSeconds);
  last_ = now;
  // Taken on credit, so that a large chunk is neither starved by small writes nor starves them.
  credit_ -= writes;
  if (credit_ >= 0) return !stopped_;
  auto wait = std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(-credit_ / rate_));
  return !woken_.wait_until(lock, now + wait, [this] { return stopped_.load(); });
}

bool Pace::Wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !woken_.wait_for(lock, time, [this] { return stopped_.load(); });
}

void Pace::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  woken_.notify_all();
}

}  // namespace vefa::load
