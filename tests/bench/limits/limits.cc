// limits: limits and copies through Redis, 64 asked for at a time and by 64 threads at the same time, against
// redis-benchmark (hiredis, 64 commands in the pipeline of one connection) with the same commands; and how many round
// trips 64 of them take.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "libs/redis/cache.h"
#include "libs/redis/rate_limiter.h"
#include "libs/testing/engines.h"
#include "tests/bench/common/result.h"

namespace vefa::bench {
namespace {

constexpr int kRounds = 5;
constexpr int kTogether = 64;
constexpr int kAsks = 100'000;
// Never reached: what a limit costs, not what it refuses.
constexpr redis::Rate kRate{1'000'000, 1'000'000'000};

double CountOf(const telemetry::Metrics& metrics, const std::string& name) {
  std::string text = "\n" + metrics.Expose();
  size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::atof(text.c_str() + at + name.size() + 2);
}

// Requests per second of redis-benchmark.
double Peer(const std::string& command) {
  std::string address = testing::RedisAddress();
  size_t colon = address.rfind(':');
  std::string line = "redis-benchmark --csv -h " + address.substr(0, colon) + " -p " + address.substr(colon + 1) +
                     " -c 1 -P " + std::to_string(kTogether) + " -n " + std::to_string(kAsks) + " " + command + " 2>/dev/null";
  FILE* pipe = popen(line.c_str(), "r");
  std::string last;
  for (char text[512]; pipe != nullptr && std::fgets(text, sizeof text, pipe) != nullptr;) last = text;
  size_t comma = last.find("\",\"");
  if (pipe == nullptr || pclose(pipe) != 0 || comma == std::string::npos) {
    std::fprintf(stderr, "redis-benchmark failed: %s\n", last.c_str());
    std::exit(1);
  }
  return std::atof(last.c_str() + comma + 3);
}

std::string KeyOf(int n) { return "rl:bench:" + std::to_string(n % 1000); }

void TakeTogether(redis::RateLimiter& limiter) {
  std::vector<redis::Ask> asks;
  for (int i = 0; i < kTogether; ++i) asks.push_back({KeyOf(i), kRate});
  for (int done = 0; done < kAsks; done += kTogether) limiter.Take(asks);
}

void TakeByThreads(redis::RateLimiter& limiter) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kTogether; ++thread)
    threads.emplace_back([&limiter, thread] {
      for (int i = 0; i < kAsks / kTogether; ++i) limiter.Take({KeyOf(thread * kAsks + i), kRate});
    });
  for (std::thread& thread : threads) thread.join();
}

void Read(redis::Cache& cache) {
  std::vector<std::string> keys;
  for (int i = 0; i < kTogether; ++i) keys.push_back("key" + std::to_string(i));
  for (int done = 0; done < kAsks; done += kTogether) cache.Get(keys);
}

void Run() {
  telemetry::Metrics metrics;
  redis::Client client(testing::RedisAddress(), {&redis::RateLimiter::script(), &redis::Cache::script()}, &metrics);
  redis::RateLimiter limiter(client, 0.5, &metrics);
  redis::Cache cache(client, "bench");
  std::vector<redis::Cache::Entry> entries;
  for (int i = 0; i < kTogether; ++i) entries.push_back({"key" + std::to_string(i), 1, std::string(200, 'x')});
  const std::string take = "EVALSHA " + redis::RateLimiter::script().sha1 + " 1 rl:bench:__rand_int__ 1 1000000000 1";
  std::vector<double> together, threads, copies, peer_take, peer_get;
  double trips = 0;
  for (int round = 0; round < Rounds(kRounds); ++round) {
    cache.Put(entries);
    double before = CountOf(metrics, "vefa_redis_exchange_seconds_count");
    together.push_back(kAsks / Seconds([&] { TakeTogether(limiter); }));
    trips = (CountOf(metrics, "vefa_redis_exchange_seconds_count") - before) / (kAsks / kTogether);
    peer_take.push_back(Peer(take));
    threads.push_back(kAsks / Seconds([&] { TakeByThreads(limiter); }));
    copies.push_back(kAsks / Seconds([&] { Read(cache); }));
    peer_get.push_back(Peer("GET c:bench:key1"));
  }
  if (CountOf(metrics, "vefa_local_limits_total") > 0) std::exit(1);
  Print("limits, 64 together", Median(together), "limits/s", "redis-benchmark, 64 in its pipeline", Median(peer_take));
  Print("limits, 64 threads", Median(threads), "limits/s", "redis-benchmark, 64 in its pipeline", Median(peer_take));
  Print("copies, 64 together", Median(copies), "copies/s", "redis-benchmark GET, 64 in its pipeline", Median(peer_get));
  Print("round trips of 64 limits", trips, "round trips", "the limit", 1);
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
