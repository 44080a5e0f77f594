#include "libs/redis/cache.h"

#include <gtest/gtest.h>

#include "libs/testing/engines.h"
#include "libs/testing/own_redis.h"

namespace vefa::redis {
namespace {

class CacheTest : public ::testing::Test {
 protected:
  std::string Get(const std::string& key) {
    return cache_.Get(std::vector{key}).front().value_or("-");
  }
  testing::OwnRedis server_;
  Client client_{server_.address(), {&Cache::script()}};
  Cache cache_{client_, "thing"};
};

TEST_F(CacheTest, ACopyIsGivenUntilItIsOutdated) {
  EXPECT_EQ(Get("a"), "-");
  cache_.Put({{"a", 1, std::string("one\0", 4)}, {"b", 7, "b"}});
  EXPECT_EQ(Get("a"), std::string("one\0", 4));
  cache_.Outdate({{"a", 2}});
  EXPECT_EQ(Get("a"), "-");
  EXPECT_EQ(Get("b"), "b");
  cache_.Put({{"a", 1, "one"}});
  EXPECT_EQ(Get("a"), "-") << "a slow reader's";
  cache_.Put({{"a", 2, "two"}});
  EXPECT_EQ(Get("a"), "two");
}

TEST_F(CacheTest, ManyAreOneRoundTrip) {
  cache_.Put({{"a", 1, "one"}, {"c", 1, "three"}});
  std::vector<std::optional<std::string>> wanted{"one", std::nullopt, "three", "one"};
  EXPECT_EQ(cache_.Get({"a", "b", "c", "a"}), wanted);
}

TEST_F(CacheTest, VersionsAreNumbers) {
  cache_.Put({{"a", 10, "ten"}});
  cache_.Put({{"a", 9, "nine"}});
  EXPECT_EQ(Get("a"), "ten");
  cache_.Put({{"a", int64_t{1} << 52, "largest"}});
  cache_.Put({{"a", (int64_t{1} << 52) - 1, "less"}});
  EXPECT_EQ(Get("a"), "largest");
  cache_.Outdate({{"a", int64_t{1} << 52}});
  EXPECT_EQ(Get("a"), "largest") << "of that very version";
}

TEST_F(CacheTest, CopiesDieByThemselves) {
  cache_.Put({{"a", 1, "one"}});
  cache_.Outdate({{"b", 1}});
  for (const char* key : {"c:thing:a", "c:thing:b"}) {
    auto left = client_.Run({"PTTL", key});
    ASSERT_TRUE(left.ok());
    EXPECT_GT(left->front().integer, 0) << key;
    EXPECT_LE(left->front().integer, Cache::kTimeToLive.count() * 12 / 10) << key;
  }
}

TEST_F(CacheTest, WhatRedisCouldNotBeToldIsToldWhenItIsBack) {
  cache_.Put({{"a", 1, "one"}, {"b", 1, "one"}});
  ASSERT_EQ(Get("a"), "one");
  server_.Pause();
  cache_.Outdate({{"a", 2}});
  server_.Continue();
  EXPECT_TRUE(testing::Eventually([&] {
    EXPECT_EQ(Get("a"), "-") << "never what was before";
    return Get("b") == "one";
  }));
  // Another process sees it too.
  Client other(server_.address(), {&Cache::script()});
  Cache others(other, "thing");
  EXPECT_TRUE(testing::Eventually([&] {
    static_cast<void>(Get("b"));
    return !others.Get({"a"}).front().has_value();
  }));
  cache_.Put({{"a", 2, "two"}});
  EXPECT_TRUE(testing::Eventually([&] { return Get("a") == "two"; }));
}

TEST_F(CacheTest, WithoutRedisThereIsNoCopy) {
  cache_.Put({{"a", 1, "one"}});
  server_.Kill();
  EXPECT_EQ(Get("a"), "-");
  cache_.Put({{"a", 2, "two"}});
  cache_.Outdate({{"a", 3}});
  server_.Start();
  EXPECT_TRUE(testing::Eventually([&] { return client_.Ping().ok(); }, std::chrono::seconds(5)));
  cache_.Put({{"a", 4, "four"}});
  EXPECT_TRUE(testing::Eventually([&] { return Get("a") == "four"; }));
}

}  // namespace
}  // namespace vefa::redis
