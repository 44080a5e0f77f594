#pragma once

#include <chrono>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "libs/redis/client.h"

namespace vefa::redis {

// How much of something is allowed: so many a second in the long run, and so many at once after a quiet time.
struct Rate {
  int64_t per_second = 0;  // At least 1.
  int64_t burst = 0;       // At least 1.
};

struct Ask {
  std::string key;
  Rate rate;
  int64_t cost = 1;  // At least 1; more than `burst` is never allowed.
};

struct Verdict {
  bool allowed = true;
  std::chrono::milliseconds retry_after{0};  // When it would be allowed, if nobody else asks.
};

// The generic cell rate algorithm: one number per key, the time at which all that was allowed would have been spent
// evenly. `arrival` is that time, `now` and it in microseconds of one clock. Source: ITU-T I.371, annex A.
Verdict Gcra(int64_t now, int64_t& arrival, const Ask& ask);

// The same by this process alone. A key is some bytes of memory; there are at most kKeysMax. Thread-safe.
class LocalRates {
 public:
  static constexpr size_t kKeysMax = 10'000;
  Verdict Take(const Ask& ask, std::chrono::steady_clock::time_point now);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, int64_t> arrivals_;
};

// Limits that all processes share: Redis keeps the time of each key by its own clock. While Redis is away each process
// limits by itself to `local_share` of the rate: an outage neither shuts callers out nor lets everything in. Thread-safe.
class RateLimiter {
 public:
  // What a Client must know to be limited by.
  static const Script& script();
  RateLimiter(Client& redis, double local_share, telemetry::Metrics* metrics = nullptr);

  Verdict Take(const Ask& ask) { return Take(std::span(&ask, 1)).front(); }
  // All of them in one round trip, each by itself.
  std::vector<Verdict> Take(std::span<const Ask> asks);

 private:
  Verdict TakeHere(Ask ask);

  Client& redis_;
  const double local_share_;
  telemetry::Counter* local_ = nullptr;
  LocalRates rates_;
};

}  // namespace vefa::redis
