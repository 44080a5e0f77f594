#pragma once

#include <chrono>
#include <functional>
#include <vector>

namespace vefa::bench {

// Begins `start(n, done)` at a fixed rate, whether or not earlier calls are answered, as people do who know nothing of each
// other. `done` is called once, from any thread. Each time is from the moment a call was due, so a server that
// stalls is charged for everybody who waited. Milliseconds by the number of the call.
std::vector<double> OpenLoop(double per_second, std::chrono::seconds time,
                             const std::function<void(long n, std::function<void()> done)>& start);

}  // namespace vefa::bench
