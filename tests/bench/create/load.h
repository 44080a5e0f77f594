#pragma once

#include <chrono>
#include <string>

#include "libs/base/id.h"

namespace vefa::bench {

struct Served {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

// CreateContact, 64 outstanding at a time, for some seconds; each call makes another contact, whose external id begins
// with `prefix`. Ends the program when a call fails.
Served Load(int port, const Uuid& tenant, const std::string& prefix, std::chrono::seconds time);

}  // namespace vefa::bench
