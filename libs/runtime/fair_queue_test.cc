#include "libs/runtime/fair_queue.h"

#include <gtest/gtest.h>

namespace vefa::runtime {
namespace {

using std::chrono::milliseconds;

Uuid TenantOf(uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

class FairQueueTest : public ::testing::Test {
 protected:
  bool Add(uint8_t tenant, const std::string& lane, char item) { return queue_.Add({TenantOf(tenant), lane}, now_, std::move(item)); }
  void AddMany(uint8_t tenant, const std::string& lane, char item, int times) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(Add(tenant, lane, item));
  }
  std::string TakeAll(size_t most) {
    std::string order;
    while (!queue_.empty()) {
      for (char item : queue_.Take(most, now_)) order += item;
      order += most > 1 ? "," : "";
    }
    return order;
  }

  std::chrono::steady_clock::time_point now_;
  FairQueue<char> queue_{{.waiting_max = 12, .tenant_max = 8, .wait_max = milliseconds(200)}};
};

TEST_F(FairQueueTest, TenantsTakeTurnsAndWithinThemTheirLanes) {
  AddMany(1, "greedy", 'g', 6);
  AddMany(1, "modest", 'm', 2);
  AddMany(2, "b", 'b', 3);
  AddMany(3, "c", 'c', 1);
  EXPECT_EQ(TakeAll(1), "gbcmbgbmgggg");
  EXPECT_TRUE(queue_.Take(1, now_).empty());
}

TEST_F(FairQueueTest, ABatchIsOfOneTenantAndLane) {
  AddMany(1, "a", 'a', 5);
  AddMany(1, "x", 'x', 1);
  AddMany(2, "b", 'b', 2);
  EXPECT_EQ(TakeAll(3), "aaa,bb,x,aa,");
}

TEST_F(FairQueueTest, ATenantThatFillsItsShareLeavesRoomForOthers) {
  AddMany(1, "a", 'a', 8);
  char refused = 'r';
  EXPECT_FALSE(queue_.Add({TenantOf(1), "x"}, now_, std::move(refused)));
  EXPECT_EQ(refused, 'r');
  AddMany(2, "b", 'b', 4);
  EXPECT_FALSE(Add(3, "c", 'c'));
}

TEST_F(FairQueueTest, ATenantThatWaitsTooLongAddsNoneUntilItCaughtUp) {
  AddMany(1, "a", 'a', 4);
  now_ += milliseconds(201);
  queue_.Take(1, now_);
  EXPECT_FALSE(Add(1, "a", 'a'));
  EXPECT_TRUE(Add(2, "b", 'b'));
  // What waits has waited as long.
  queue_.Take(2, now_);
  EXPECT_FALSE(Add(1, "a", 'a'));
  TakeAll(1);
  AddMany(1, "a", 'a', 2);
  now_ += milliseconds(99);
  queue_.Take(1, now_);
  EXPECT_TRUE(Add(1, "a", 'a'));
}

TEST_F(FairQueueTest, WhenAllWaitTwiceAsLongNobodyAdds) {
  for (uint8_t tenant = 1; tenant <= 3; ++tenant) AddMany(tenant, "a", 'a', 1);
  now_ += milliseconds(401);
  queue_.Take(1, now_);
  EXPECT_FALSE(Add(9, "a", 'a'));
  TakeAll(1);
  EXPECT_TRUE(Add(9, "a", 'a'));
}

}  // namespace
}  // namespace vefa::runtime
