#include "libs/redis/rate_limiter.h"

#include <gtest/gtest.h>

#include "libs/base/id.h"
#include "libs/testing/engines.h"
#include "libs/testing/own_redis.h"

namespace vefa::redis {
namespace {

int Allowed(RateLimiter& limiter, const Ask& ask, int times) {
  std::vector<Ask> asks(static_cast<size_t>(times), ask);
  int allowed = 0;
  for (const Verdict& verdict : limiter.Take(asks)) allowed += verdict.allowed ? 1 : 0;
  return allowed;
}

TEST(RateLimiterTest, AllProcessesShareOneLimit) {
  Client one(testing::RedisAddress(), {&RateLimiter::script()}), two(testing::RedisAddress(), {&RateLimiter::script()});
  RateLimiter first(one, 0.5), second(two, 0.5);
  Ask ask{"rl:test:" + NewUuidV7(SystemClock()).ToString(), {.per_second = 1, .burst = 10}};
  // A second may begin while it runs.
  int allowed = Allowed(first, ask, 6) + Allowed(second, ask, 20);
  EXPECT_GE(allowed, 10);
  EXPECT_LE(allowed, 11);
  Verdict refused = second.Take(ask);
  EXPECT_FALSE(refused.allowed);
  EXPECT_GT(refused.retry_after.count(), 0);
  EXPECT_LE(refused.retry_after, std::chrono::milliseconds(1000));
}

// The script and the function must be the same algorithm: random asks at once, so that no time passes between them.
TEST(RateLimiterTest, RedisDecidesAsTheFormulaDoes) {
  Client client(testing::RedisAddress(), {&RateLimiter::script()});
  RateLimiter limiter(client, 1);
  std::srand(20261126);
  for (int round = 0; round < 50; ++round) {
    // Slow enough that a few milliseconds decide nothing.
    Ask ask{"rl:test:" + NewUuidV7(SystemClock()).ToString(), {.per_second = 1, .burst = 1 + std::rand() % 20}};
    std::vector<Ask> asks;
    for (int i = 0; i < 30; ++i) {
      ask.cost = 1 + std::rand() % 4;
      asks.push_back(ask);
    }
    auto verdicts = limiter.Take(asks);
    int64_t arrival = 0;
    for (size_t i = 0; i < asks.size(); ++i)
      ASSERT_EQ(verdicts[i].allowed, Gcra(1'000'000'000, arrival, asks[i]).allowed) << "round " << round << ", " << i;
  }
}

TEST(RateLimiterTest, WithoutRedisEachProcessGrantsItsShare) {
  testing::OwnRedis server;
  Client client(server.address(), {&RateLimiter::script()});
  RateLimiter limiter(client, 0.5);
  Ask ask{"k", {.per_second = 1, .burst = 20}};
  EXPECT_EQ(Allowed(limiter, ask, 40), 20);
  server.Kill();
  EXPECT_EQ(Allowed(limiter, ask, 40), 10);
  server.Start();
  EXPECT_TRUE(testing::Eventually([&] { return client.Ping().ok(); }, std::chrono::seconds(5)));
  EXPECT_EQ(Allowed(limiter, ask, 40), 20) << "the script is made known again; an emptied Redis forgets what was spent";
}

TEST(RateLimiterTest, AForgottenScriptIsMadeKnownAgain) {
  testing::OwnRedis server;
  Client client(server.address(), {&RateLimiter::script()});
  RateLimiter limiter(client, 0.5);
  Ask ask{"k", {.per_second = 1, .burst = 1000}};
  ASSERT_EQ(Allowed(limiter, ask, 10), 10);
  ASSERT_TRUE(client.Run({"SCRIPT", "FLUSH"}).ok());
  EXPECT_EQ(Allowed(limiter, ask, 10), 10) << "by this process alone";
  EXPECT_TRUE(testing::Eventually([&] { return client.Run({"EVALSHA", RateLimiter::script().sha1, "1", "x", "1", "1", "1"}).ok(); },
                                  std::chrono::seconds(5)));
}

}  // namespace
}  // namespace vefa::redis
