#include "services/gateway/call_limits.h"

#include <string>

namespace vefa::gateway {

CallLimits::CallLimits(redis::RateLimiter& limiter, int per_second, telemetry::Metrics& metrics)
    : limiter_(limiter),
      rate_{per_second, int64_t{2} * per_second},
      limited_(metrics.AddCounter("vefa_rate_limited_total", "Calls refused because too many came, by whose limit it was.",
                                  {{"scope", "tenant"}})) {}

Status CallLimits::Take(const Uuid& tenant) {
  if (rate_.per_second == 0) return Ok();
  redis::Verdict verdict = limiter_.Take({"rl:t:" + tenant.ToString(), rate_});
  if (verdict.allowed) return Ok();
  limited_.Add();
  Error error{Code::kResourceExhausted, "RATE_LIMITED",
              "Your organisation makes more than " + std::to_string(rate_.per_second) +
                  " calls a second; wait as long as this answer says and call more slowly."};
  error.retry_after_ms = static_cast<int>(verdict.retry_after.count());
  return error;
}

}  // namespace vefa::gateway
