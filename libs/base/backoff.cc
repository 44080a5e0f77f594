#include "libs/base/backoff.h"

#include <random>

namespace vefa {

double RandomShare() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace vefa
