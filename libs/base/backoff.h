#pragma once

#include <algorithm>
#include <chrono>

namespace vefa {

// How long to wait before attempt `attempt` (0 for the first retry): full jitter, that is a random
// share of first * 2^attempt, never more than `longest`. `random` is in [0, 1).
inline std::chrono::milliseconds Backoff(int attempt, std::chrono::milliseconds first,
                                         std::chrono::milliseconds longest, double random) {
  double ceiling = static_cast<double>(first.count()) * static_cast<double>(1L << std::clamp(attempt, 0, 30));
  ceiling = std::min(ceiling, static_cast<double>(longest.count()));
  return std::chrono::milliseconds(1 + static_cast<long>(ceiling * random));
}

// A random number in [0, 1) for Backoff. Thread-safe.
double RandomShare();

}  // namespace vefa
