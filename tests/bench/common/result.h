#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

// What every benchmark shares: how often it measures, how it times and how it says what it found.
namespace vefa::bench {

// How many rounds: as many as a figure to be published needs, or one for `./vefa bench --quick`, which only shows that
// nothing became several times as slow.
inline int Rounds(int full) {
  static const bool kQuick = std::getenv("VEFA_BENCH_QUICK") != nullptr;
  return kQuick ? 1 : full;
}

inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Seconds that `work` takes.
template <typename Work>
double Seconds(Work work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// One line of JSON: what was measured, beside the limit or the peer measured in the same run.
inline void Print(const std::string& name, double value, const std::string& unit, const std::string& against,
                  double against_value) {
  std::printf("{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"%s\", \"against\": \"%s\", \"against_value\": %.4g, "
              "\"ratio\": %.3f}\n",
              name.c_str(), value, unit.c_str(), against.c_str(), against_value, value / against_value);
  std::fflush(stdout);
}

}  // namespace vefa::bench
