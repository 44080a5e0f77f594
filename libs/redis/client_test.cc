#include "libs/redis/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "libs/base/id.h"
#include "libs/testing/engines.h"
#include "libs/testing/own_redis.h"

namespace vefa::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

TEST(ClientTest, SetsGetsAndForgets) {
  Client client(testing::RedisAddress());
  std::string key = "vefa:test:" + NewUuidV7(SystemClock()).ToString();
  EXPECT_FALSE(client.Get(key)->has_value());
  std::string value("a\0\r\n$1", 6);
  ASSERT_TRUE(client.Set(key, value, seconds(60)).ok());
  EXPECT_EQ(**client.Get(key), value);
  ASSERT_TRUE(client.Delete(key).ok());
  EXPECT_FALSE(client.Get(key)->has_value());
}

TEST(ClientTest, ARefusedCommandIsItsOwnAffair) {
  testing::OwnRedis server;
  Client client(server.address());
  Commands commands{"SET", "k", "text"};
  commands.Add({"INCR", "k"});
  commands.Add({"GET", "k"});
  auto replies = client.Run(std::move(commands));
  ASSERT_TRUE(replies.ok());
  EXPECT_EQ((*replies)[1].kind, Reply::Kind::kRefused);
  EXPECT_EQ((*replies)[2].text, "text");
}

TEST(ClientTest, WhatManyAskAtOnceGoesOutTogether) {
  telemetry::Metrics metrics;
  Client client(testing::RedisAddress(), {}, &metrics);
  constexpr int kCallers = 640;
  std::latch answered(kCallers);
  std::atomic<int> right{0};
  // While the client's thread is busy here, nothing goes out: all of them come "at the same time".
  client.Send({"PING"}, [&](Result<Replies>) {
    for (int i = 0; i < kCallers; ++i)
      client.Send({"ECHO", std::to_string(i)}, [&, i](Result<Replies> replies) {
        if (replies.ok() && replies->front().text == std::to_string(i)) ++right;
        answered.count_down();
      });
  });
  answered.wait();
  EXPECT_EQ(right, kCallers);
  // PING, and then 256, 256 and 128; the last is counted before it is answered.
  EXPECT_NE(metrics.Expose().find("\nvefa_redis_exchange_seconds_count 4\n"), std::string::npos) << metrics.Expose();
}

TEST(ClientTest, AServerThatIsGoneCostsLittle) {
  Client client("127.0.0.1:1");
  auto start = steady_clock::now();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(client.Get("k").error().reason, "REDIS_UNAVAILABLE");
  EXPECT_LT(steady_clock::now() - start, seconds(2));
}

TEST(ClientTest, MoreThanMayWaitIsRefusedAtOnce) {
  testing::OwnRedis server;
  Client client(server.address());
  ASSERT_TRUE(client.Ping().ok());
  server.Pause();
  std::latch answered(static_cast<ptrdiff_t>(2 * Client::kWaitingMax));
  std::atomic<int> refused{0};
  for (size_t i = 0; i < 2 * Client::kWaitingMax; ++i)
    client.Send({"PING"}, [&](Result<Replies> replies) {
      if (!replies.ok()) ++refused;
      answered.count_down();
    });
  answered.wait();
  EXPECT_EQ(refused, static_cast<int>(2 * Client::kWaitingMax));
  server.Continue();
}

// Whatever happens to Redis: every call ends soon, and it is used again within five seconds once it is back.
class OutageTest : public ::testing::Test {
 protected:
  void ExpectNoCallIsSlow(int calls) {
    milliseconds longest{0};
    auto start = steady_clock::now();
    for (int i = 0; i < calls; ++i) {
      auto before = steady_clock::now();
      static_cast<void>(client_.Get("k").ok());
      longest = std::max(longest, std::chrono::duration_cast<milliseconds>(steady_clock::now() - before));
    }
    EXPECT_LT(longest, milliseconds(1000)) << "the connect and read time-outs, on a busy machine";
    EXPECT_LT(steady_clock::now() - start, seconds(3)) << "all but the first few must cost nothing";
  }
  void ExpectItIsBackSoon() {
    EXPECT_TRUE(testing::Eventually([this] { return client_.Ping().ok(); }, seconds(5)));
  }
  testing::OwnRedis server_;
  Client client_{server_.address()};
};

TEST_F(OutageTest, Killed) {
  ASSERT_TRUE(client_.Ping().ok());
  server_.Kill();
  ExpectNoCallIsSlow(1000);
  server_.Start();
  ExpectItIsBackSoon();
}

TEST_F(OutageTest, Paused) {
  ASSERT_TRUE(client_.Ping().ok());
  server_.Pause();
  ExpectNoCallIsSlow(1000);
  EXPECT_FALSE(client_.Ping().ok());
  server_.Continue();
  ExpectItIsBackSoon();
}

TEST_F(OutageTest, RestartedWhileNothingWasAsked) {
  ASSERT_TRUE(client_.Set("k", "v", seconds(60)).ok());
  server_.Kill();
  server_.Start();
  EXPECT_TRUE(client_.Ping().ok()) << "an old connection that was closed is no failure";
}

TEST_F(OutageTest, AReplicaIsNoServerOfOurs) {
  ASSERT_TRUE(client_.Run({"REPLICAOF", "127.0.0.1", "1"}).ok());
  EXPECT_FALSE(client_.Set("k", "v", seconds(60)).ok());
  EXPECT_FALSE(client_.Ping().ok()) << "left alone for a moment";
}

TEST_F(OutageTest, SignsInWhereAPasswordIsAsked) {
  ASSERT_TRUE(client_.Run({"CONFIG", "SET", "requirepass", "s@cret"}).ok());
  Client knows("redis://:s@cret@" + server_.address());
  EXPECT_TRUE(knows.Ping().ok());
  Client named("redis://default:s@cret@" + server_.address());
  EXPECT_TRUE(named.Ping().ok());
  Client wrong("redis://:other@" + server_.address());
  EXPECT_FALSE(wrong.Ping().ok());
  Client none(server_.address());
  EXPECT_FALSE(none.Ping().ok());
}

}  // namespace
}  // namespace vefa::redis
