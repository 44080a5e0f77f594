#include "tests/bench/find/open_loop.h"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace vefa::bench {

std::vector<double> OpenLoop(double per_second, std::chrono::seconds time,
                             const std::function<void(long n, std::function<void()> done)>& start) {
  using Clock = std::chrono::steady_clock;
  const long calls = static_cast<long>(per_second * static_cast<double>(time.count()));
  // Shared with the last answer, whose thread may still be in here when we are gone.
  struct State {
    std::vector<double> milliseconds;
    std::mutex mutex;
    std::condition_variable changed;
    long left = 0;
  };
  auto state = std::make_shared<State>();
  state->milliseconds.resize(static_cast<size_t>(calls));
  state->left = calls;
  const auto begin = Clock::now();
  for (long n = 0; n < calls; ++n) {
    const auto due = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(n) / per_second));
    {
      std::unique_lock lock(state->mutex);
      state->changed.wait_until(lock, due, [&] { return Clock::now() >= due; });
    }
    start(n, [state, n, due] {
      std::lock_guard lock(state->mutex);
      state->milliseconds[static_cast<size_t>(n)] = std::chrono::duration<double, std::milli>(Clock::now() - due).count();
      if (--state->left == 0) state->changed.notify_one();
    });
  }
  std::unique_lock lock(state->mutex);
  state->changed.wait(lock, [&] { return state->left == 0; });
  return state->milliseconds;
}

}  // namespace vefa::bench
