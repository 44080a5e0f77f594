#include "tests/bench/find/open_loop.h"

#include <condition_variable>
#include <mutex>

namespace vefa::bench {

std::vector<double> OpenLoop(double per_second, std::chrono::seconds time,
                             const std::function<void(long n, std::function<void()> done)>& start) {
  using Clock = std::chrono::steady_clock;
  const long calls = static_cast<long>(per_second * static_cast<double>(time.count()));
  std::vector<double> milliseconds(static_cast<size_t>(calls));
  std::mutex mutex;
  std::condition_variable changed;
  long left = calls;
  const auto begin = Clock::now();
  for (long n = 0; n < calls; ++n) {
    const auto due = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(n) / per_second));
    {
      std::unique_lock lock(mutex);
      changed.wait_until(lock, due, [&] { return Clock::now() >= due; });
    }
    start(n, [&, n, due] {
      std::lock_guard lock(mutex);
      milliseconds[static_cast<size_t>(n)] = std::chrono::duration<double, std::milli>(Clock::now() - due).count();
      if (--left == 0) changed.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return left == 0; });
  return milliseconds;
}

}  // namespace vefa::bench
