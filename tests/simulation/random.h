#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vefa::simulation {

// All chance of one schedule (splitmix64): the same seed gives the same choices on every machine,
// which the standard library's distributions do not promise.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // 0 to n - 1.
  size_t Below(size_t n) { return static_cast<size_t>((Next() >> 32) * n >> 32); }
  // Both ends included.
  int Between(int low, int high) { return low + static_cast<int>(Below(static_cast<size_t>(high - low) + 1)); }
  // True in so many of a thousand cases.
  bool Chance(int per_mille) { return Below(1000) < static_cast<size_t>(per_mille); }

 private:
  uint64_t state_;
};

}  // namespace vefa::simulation
