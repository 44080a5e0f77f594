// What callers of the gateway see while Redis is killed, paused, emptied or never answers in time: nothing but a call
// that takes a little longer now and then.
#include <gtest/gtest.h>

#include <algorithm>

#include "libs/testing/own_redis.h"
#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class RedisContractTest : public GatewayTest {
 protected:
  void Change(Settings& settings) override {
    settings.redis_address = redis_.address();
    settings.tenant_calls_per_second = 100000;
  }
  void SetUp() override {
    GatewayTest::SetUp();
    ASSERT_EQ(SignIn("admin@example.com").status, 200);
    before_ = Median(Calls(kCalls));
  }
  // How long each of so many calls took; all of them succeed.
  std::vector<milliseconds> Calls(int count) {
    std::vector<milliseconds> took;
    for (int i = 0; i < count; ++i) {
      auto start = steady_clock::now();
      EXPECT_EQ(Ask("GET", "/v1/contacts/17").status, 200) << i;
      took.push_back(std::chrono::ceil<milliseconds>(steady_clock::now() - start));
    }
    return took;
  }
  static milliseconds Median(std::vector<milliseconds> took) {
    std::nth_element(took.begin(), took.begin() + static_cast<long>(took.size() / 2), took.end());
    return took[took.size() / 2];
  }
  // Most calls cost no more than before and the round trip to PostgreSQL that Redis spared them, however Redis fails.
  void ExpectCallsGoOn() {
    std::vector<milliseconds> took = Calls(kCalls);
    EXPECT_LE(Median(took), 2 * before_ + milliseconds(20));
    EXPECT_LE(*std::max_element(took.begin(), took.end()), seconds(2));
    ASSERT_EQ(SignIn("viewer@example.com").status, 200);
    EXPECT_EQ(Ask("DELETE", "/v1/session").status, 200);
    EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17")), "401 SESSION_EXPIRED");
    ASSERT_EQ(SignIn("admin@example.com").status, 200);
  }
  static constexpr int kCalls = 200;
  testing::OwnRedis redis_;
  milliseconds before_{0};
};

TEST_F(RedisContractTest, Killed) {
  redis_.Kill();
  ExpectCallsGoOn();
  redis_.Start();
  ExpectCallsGoOn();
}

TEST_F(RedisContractTest, Paused) {
  redis_.Pause();
  ExpectCallsGoOn();
  redis_.Continue();
  ExpectCallsGoOn();
}

TEST_F(RedisContractTest, Emptied) {
  redis::Client admin(redis_.address());
  ASSERT_TRUE(admin.Run({"FLUSHALL"}).ok());
  ExpectCallsGoOn();
}

TEST_F(RedisContractTest, EveryCommandTakesTooLong) {
  redis::Client admin(redis_.address());
  // It takes connections and lets every command wait.
  ASSERT_TRUE(admin.Run({"CLIENT", "PAUSE", "3000", "ALL"}).ok());
  ExpectCallsGoOn();
}

class CallLimitTest : public GatewayTest {
 protected:
  void Change(Settings& settings) override {
    settings.redis_address = redis_.address();
    settings.tenant_calls_per_second = 2;
    settings.local_share = 0.5;
  }
  // How many of so many calls are let through, and that the rest are told when to come again.
  int Allowed(int calls) {
    int allowed = 0;
    for (int i = 0; i < calls; ++i) {
      http::Response response = Ask("GET", "/v1/session");
      if (response.status == 200) {
        ++allowed;
        continue;
      }
      EXPECT_EQ(Refusal(response), "429 RATE_LIMITED");
      EXPECT_TRUE(response.headers.Has("Retry-After"));
    }
    return allowed;
  }
  testing::OwnRedis redis_;
};

TEST_F(CallLimitTest, ATenantThatCallsTooOftenIsToldWhenToComeAgain) {
  ASSERT_EQ(SignIn("admin@example.com").status, 200);
  auto start = steady_clock::now();
  int allowed = Allowed(60);
  auto passed = std::chrono::duration<double>(steady_clock::now() - start).count();
  EXPECT_GE(allowed, 4) << "twice as many at once";
  EXPECT_LE(allowed, 4 + static_cast<int>(2 * passed) + 1);
  // Whoever signs in is no one yet whose calls could be counted.
  EXPECT_EQ(SignIn("viewer@example.com").status, 200);
}

TEST_F(CallLimitTest, WithoutRedisAShareIsLetThrough) {
  ASSERT_EQ(SignIn("admin@example.com").status, 200);
  redis_.Kill();
  auto start = steady_clock::now();
  int allowed = Allowed(60);
  auto passed = std::chrono::duration<double>(steady_clock::now() - start).count();
  EXPECT_GE(allowed, 2);
  EXPECT_LE(allowed, 2 + static_cast<int>(passed) + 1);
}

}  // namespace
}  // namespace vefa::gateway
