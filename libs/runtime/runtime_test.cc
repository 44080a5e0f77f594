#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "libs/runtime/loop.h"
#include "libs/runtime/worker_pool.h"

namespace vefa::runtime {
namespace {

TEST(WorkerPoolTest, RefusesWhenTheQueueIsFull) {
  WorkerPool pool(1, {.waiting_max = 2});
  std::promise<void> started;
  std::promise<void> release;
  ASSERT_TRUE(pool.TryPost({}, [&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  std::atomic<int> ran{0};
  EXPECT_TRUE(pool.TryPost({}, [&] { ++ran; }));
  EXPECT_TRUE(pool.TryPost({}, [&] { ++ran; }));
  EXPECT_FALSE(pool.TryPost({}, [&] { ++ran; }));
  release.set_value();
  pool.Stop();
  EXPECT_EQ(ran, 2);
  EXPECT_FALSE(pool.TryPost({}, [] {}));
}

TEST(LoopTest, WakeCutsTheRestShort) {
  std::atomic<int> steps{0};
  std::promise<void> second;
  Loop loop([&] {
    if (++steps == 2) second.set_value();
    return std::chrono::milliseconds(60000);
  });
  loop.Wake();
  EXPECT_EQ(second.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  loop.Stop();
  EXPECT_TRUE(loop.stopping());
}

}  // namespace
}  // namespace vefa::runtime
