#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "libs/base/id.h"

namespace vefa::bench {

struct Served {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

// 64 calls outstanding at a time, for some seconds. Ends the program when one fails. CreateContact: each makes another
// contact, whose external id begins with `prefix`. GetContact: of these names by turns.
Served LoadCreate(int port, const Uuid& tenant, const std::string& prefix, std::chrono::seconds time);
Served LoadGet(int port, const Uuid& tenant, const std::vector<std::string>& names, std::chrono::seconds time);

}  // namespace vefa::bench
