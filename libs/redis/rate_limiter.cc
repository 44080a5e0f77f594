#include "libs/redis/rate_limiter.h"

#include <algorithm>

namespace vefa::redis {
namespace {

constexpr int64_t kMicros = 1'000'000;

// Gcra() in Redis, by its clock. A clock that was set back must not shut anybody out: no time to come is further off than
// a whole burst. Numbers are written out in full, because Lua shortens large ones.
constexpr std::string_view kScript = R"(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local apart, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0')
arrival = math.min(math.max(arrival, now), now + apart * burst)
local after = arrival + apart * cost
local wait = after - apart * burst - now
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', string.format('%.0f', math.ceil((after - now) / 1000)))
return 0
)";

// Between two that are allowed, in the long run.
int64_t Apart(const Rate& rate) { return std::max<int64_t>(1, kMicros / std::max<int64_t>(1, rate.per_second)); }

Verdict VerdictOf(int64_t wait_micros) {
  if (wait_micros <= 0) return {};
  return {false, std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(wait_micros))};
}

}  // namespace

Verdict Gcra(int64_t now, int64_t& arrival, const Ask& ask) {
  int64_t apart = Apart(ask.rate);
  int64_t whole = apart * ask.rate.burst;
  int64_t after = std::min(std::max(arrival, now), now + whole) + apart * ask.cost;
  if (after - whole > now) return VerdictOf(after - whole - now);
  arrival = after;
  return {};
}

Verdict LocalRates::Take(const Ask& ask, std::chrono::steady_clock::time_point at) {
  int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  std::lock_guard lock(mutex_);
  if (arrivals_.size() >= kKeysMax && !arrivals_.contains(ask.key)) {
    std::erase_if(arrivals_, [&](const auto& entry) { return entry.second <= now; });
    // A flood of keys: counting begins anew rather than growing without end.
    if (arrivals_.size() >= kKeysMax) arrivals_.clear();
  }
  return Gcra(now, arrivals_[ask.key], ask);
}

const Script& RateLimiter::script() {
  static const Script kMade(kScript);
  return kMade;
}

RateLimiter::RateLimiter(Client& redis, double local_share, telemetry::Metrics* metrics)
    : redis_(redis), local_share_(local_share) {
  if (metrics != nullptr)
    local_ = &metrics->AddCounter("vefa_local_limits_total", "Calls limited by this process alone, without Redis.");
}

std::vector<Verdict> RateLimiter::Take(std::span<const Ask> asks) {
  Commands commands;
  for (const Ask& ask : asks) {
    std::string apart = std::to_string(Apart(ask.rate));
    commands.Add({"EVALSHA", script().sha1, "1", ask.key, apart, std::to_string(ask.rate.burst),
                  std::to_string(ask.cost)});
  }
  auto replies = redis_.Run(std::move(commands));
  std::vector<Verdict> verdicts;
  verdicts.reserve(asks.size());
  for (size_t i = 0; i < asks.size(); ++i) {
    if (replies.ok() && (*replies)[i].kind == Reply::Kind::kInteger)
      verdicts.push_back(VerdictOf((*replies)[i].integer));
    else
      verdicts.push_back(TakeHere(asks[i]));
  }
  return verdicts;
}

Verdict RateLimiter::TakeHere(Ask ask) {
  if (local_ != nullptr) local_->Add();
  auto share = [&](int64_t of) { return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(of) * local_share_)); };
  ask.rate = {share(ask.rate.per_second), std::max(share(ask.rate.burst), ask.cost)};
  return rates_.Take(ask, std::chrono::steady_clock::now());
}

}  // namespace vefa::redis
