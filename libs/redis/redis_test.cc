#include <gtest/gtest.h>

#include "libs/redis/client.h"
#include "libs/testing/engines.h"

namespace vefa::redis {
namespace {

TEST(RedisTest, SetsGetsAndForgets) {
  Client client(testing::RedisAddress(), 2);
  std::string key = "vefa:test:" + NewUuidV7(SystemClock()).ToString();
  EXPECT_FALSE(client.Get(key)->has_value());
  std::string value("a\0b", 3);
  ASSERT_TRUE(client.Set(key, value, std::chrono::seconds(60)).ok());
  EXPECT_EQ(**client.Get(key), value);
  ASSERT_TRUE(client.Delete(key).ok());
  EXPECT_FALSE(client.Get(key)->has_value());
}

TEST(RedisTest, AServerThatIsGoneCostsLittle) {
  Client client("127.0.0.1:1", 2);
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(client.Get("k").error().reason, "REDIS_UNAVAILABLE");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace vefa::redis
