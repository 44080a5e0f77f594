#pragma once

#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/redis/rate_limiter.h"
#include "libs/telemetry/metrics.h"

namespace vefa::gateway {

// How many calls a tenant may make, over all gateways, so that one that runs wild is slowed down at the door and not
// at the cost of the others behind it. Thread-safe.
class CallLimits {
 public:
  // `per_second` 0: no limit. Twice as many may come at once after a quiet time.
  CallLimits(redis::RateLimiter& limiter, int per_second, telemetry::Metrics& metrics);

  // Counts one call. RESOURCE_EXHAUSTED `RATE_LIMITED` with how long to wait.
  Status Take(const Uuid& tenant);

 private:
  redis::RateLimiter& limiter_;
  const redis::Rate rate_;
  telemetry::Counter& limited_;
};

}  // namespace vefa::gateway
