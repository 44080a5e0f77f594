#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace vefa::runtime {

// A thread that calls `step` again and again, until it is stopped. `step` returns how long to rest
// before the next call; Wake cuts the rest short. Declare it last: its destructor stops and joins.
class Loop {
 public:
  using Step = std::function<std::chrono::milliseconds()>;
  explicit Loop(Step step);
  ~Loop();

  // Thread-safe, cheap, never blocks.
  void Wake();
  // True once Stop was called; a long step asks now and then.
  bool stopping() const;
  // Asks the thread to end after the present step and joins it. Idempotent.
  void Stop();

 private:
  void Run();

  Step step_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace vefa::runtime
