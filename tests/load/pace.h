#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace vefa::load {

// Holds all writers together to a number of writes per second, with a credit for what a fault kept
// them from, so that the mean is kept. Thread-safe.
class Pace {
 public:
  explicit Pace(double writes_per_second) : rate_(writes_per_second) {}

  // Waits until `writes` more may be made; false when it was stopped.
  bool Take(double writes);
  // Waits for a while; false when it was stopped.
  bool Wait(std::chrono::milliseconds time);
  void Stop();
  bool stopped() const { return stopped_; }

 private:
  using SteadyClock = std::chrono::steady_clock;
  // The most that is caught up after a fault.
  static constexpr double kCreditSeconds = 10;

  const double rate_;
  std::mutex mutex_;
  std::condition_variable woken_;
  double credit_ = 0;
  SteadyClock::time_point last_ = SteadyClock::now();
  std::atomic<bool> stopped_{false};
};

}  // namespace vefa::load
