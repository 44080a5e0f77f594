#pragma once

#include <atomic>
#include <chrono>

namespace vefa {

// A moment in the world, UTC, in microseconds as PostgreSQL stores it.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

// Where the time comes from. Injected, so that a test owns it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  Time Now() const override;
};

// A clock that stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time now) : micros_(now.time_since_epoch().count()) {}
  Time Now() const override { return Time(std::chrono::microseconds(micros_.load())); }
  void Advance(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<long> micros_;
};

// A point on the monotonic clock by which something must be over.
class Deadline {
 public:
  static Deadline After(std::chrono::milliseconds wait);
  static Deadline Never() { return Deadline(std::chrono::steady_clock::time_point::max()); }
  bool Passed() const;
  // At least 0, at most one hour.
  std::chrono::milliseconds Left() const;
  std::chrono::steady_clock::time_point at() const { return at_; }

 private:
  explicit Deadline(std::chrono::steady_clock::time_point at) : at_(at) {}
  std::chrono::steady_clock::time_point at_;
};

}  // namespace vefa
