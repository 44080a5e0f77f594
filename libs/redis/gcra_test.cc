#include <gtest/gtest.h>

#include "libs/redis/rate_limiter.h"

namespace vefa::redis {
namespace {

constexpr int64_t kMs = 1000;

TEST(GcraTest, ABurstAndThenAnEvenPace) {
  Ask ask{"k", {.per_second = 10, .burst = 5}};
  int64_t arrival = 0, now = 1'000'000 * kMs;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Gcra(now, arrival, ask).allowed) << i;
  Verdict refused = Gcra(now, arrival, ask);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, std::chrono::milliseconds(100));
  EXPECT_FALSE(Gcra(now + 99 * kMs, arrival, ask).allowed);
  EXPECT_TRUE(Gcra(now + 100 * kMs, arrival, ask).allowed);
  EXPECT_FALSE(Gcra(now + 100 * kMs, arrival, ask).allowed) << "what was refused has cost nothing, and was not saved up";
}

TEST(GcraTest, ACostTakesAsMuchAsSoManyCalls) {
  Ask dear{"k", {.per_second = 10, .burst = 5}, 5};
  int64_t arrival = 0;
  EXPECT_TRUE(Gcra(0, arrival, dear).allowed);
  EXPECT_EQ(Gcra(0, arrival, dear).retry_after, std::chrono::milliseconds(500));
  dear.cost = 6;
  for (int64_t later : {0L, 3600'000 * kMs}) EXPECT_FALSE(Gcra(later, arrival, dear).allowed) << "never fits the burst";
}

TEST(GcraTest, AClockThatWasSetBackShutsNobodyOut) {
  Ask ask{"k", {.per_second = 10, .burst = 5}};
  int64_t hour = 3600'000 * kMs, arrival = 0;
  for (int i = 0; i < 5; ++i) Gcra(2 * hour, arrival, ask);
  Verdict after = Gcra(hour, arrival, ask);
  EXPECT_FALSE(after.allowed);
  EXPECT_LE(after.retry_after, std::chrono::milliseconds(100));
}

TEST(LocalRatesTest, KeysAreApartAndBounded) {
  LocalRates rates;
  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
  Ask one{"one", {.per_second = 1, .burst = 1}};
  EXPECT_TRUE(rates.Take(one, now).allowed);
  EXPECT_FALSE(rates.Take(one, now).allowed);
  for (size_t i = 0; i < 3 * LocalRates::kKeysMax; ++i)
    EXPECT_TRUE(rates.Take({"key" + std::to_string(i), {.per_second = 1, .burst = 1}}, now).allowed);
}

}  // namespace
}  // namespace vefa::redis
