// Two readers of one consumer: whoever is second changes nothing.
#include <atomic>

#include "libs/events/consumer_fixture.h"
#include "libs/events/consumer_marks.h"

namespace vefa::events {
namespace {

class ConsumerFenceTest : public ConsumerFixture {
 protected:
  std::vector<Event> Many(int64_t from, int64_t to) {
    std::vector<Event> events;
    for (int64_t version = from; version <= to; ++version)
      for (int s = 0; s < 50; ++s) events.push_back(Make("things/" + std::to_string(s), version));
    return events;
  }
};

TEST_F(ConsumerFenceTest, TwinsThatBothReadEverythingApplyItOnce) {
  // Each believes that every partition is its own, as a reader does that slept through a rebalance.
  settings_.group = topic_ + ".one";
  auto one = MakeSubscriber(&ledger_);
  settings_.group = topic_ + ".two";
  auto two = MakeSubscriber(&ledger_);
  // For as long as it takes until they meet.
  int64_t last = 0;
  EXPECT_TRUE(Within([&] {
    Publish(Many(last + 1, last + 2));
    last += 2;
    return last >= 60 && Metric("vefa_consumer_fenced_total") > 0;
  }));
  EXPECT_TRUE(Within([&] { return Count("effect") == last * 50; }, 60));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(Count("parked_subject"), 0);
  EXPECT_EQ(database_.Count("SELECT sum(next_offset)::bigint FROM consumer_position"), last * 50);
}

TEST_F(ConsumerFenceTest, ASleeperInItsTransactionIsThrownOutAndChangesNothing) {
  std::atomic<bool> asleep{false};
  std::mutex mutex;
  std::condition_variable woken;
  bool wake = false;
  EffectHandler sleeper;
  sleeper.meanwhile = [&] {
    std::unique_lock lock(mutex);
    asleep = true;
    woken.wait_for(lock, std::chrono::seconds(60), [&] { return wake; });
  };
  settings_.group = topic_ + ".sleeper";
  Subscriber stalled(consumer(), {topic_}, testing::KafkaBrokers(), database_.pump(), sleeper, metrics_, nullptr, settings_);
  Publish(Many(1, 2));
  ASSERT_TRUE(Within([&] { return asleep.load(); }));
  // It holds the locks of its transaction; PostgreSQL ends that after ten seconds.
  settings_.group = topic_ + ".awake";
  Subscribe();
  Publish(Many(3, 3));
  EXPECT_TRUE(Within([&] { return Count("effect") == 150; }, 60));
  {
    std::lock_guard lock(mutex);
    wake = true;
  }
  woken.notify_all();
  Publish(Many(4, 4));
  EXPECT_TRUE(Within([&] { return Count("effect") == 200; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(Count("parked_subject"), 0);
}

TEST_F(ConsumerFenceTest, AWatermarkThatMovedIsNotMovedAgain) {
  Event first = Make("things/1", 1);
  Event second = Make("things/1", 2);
  SubjectKey key{first.tenant, first.subject};
  auto move = [&](const std::map<SubjectKey, Watermark>& known, const Event& to) {
    MarksUpdate update(consumer(), known, {{key, {to.aggregate_version, to.id, to.incarnation, false}}});
    std::vector<postgres::Call> calls;
    update.AddTo(calls);
    auto rows = database_.pump().Run(postgres::Scope::EveryTenant(), std::move(calls), Soon());
    EXPECT_TRUE(rows.ok());
    std::span<const postgres::Rows> answers(*rows);
    return update.Check(answers);
  };
  EXPECT_TRUE(move({}, first));
  EXPECT_FALSE(move({}, first));
  std::map<SubjectKey, Watermark> known{{key, {1, first.id, first.incarnation, false}}};
  EXPECT_TRUE(move(known, second));
  EXPECT_FALSE(move(known, second));
  EXPECT_EQ(database_.Count("SELECT version FROM applied_version"), 2);
}

TEST_F(ConsumerFenceTest, PartitionsThatChangeHandsLoseAndRepeatNothing) {
  auto one = MakeSubscriber();
  Publish(Many(1, 10));
  auto two = MakeSubscriber();
  for (int64_t version = 11; version <= 30; ++version) Publish(Many(version, version));
  one.reset();
  for (int64_t version = 31; version <= 40; ++version) Publish(Many(version, version));
  auto three = MakeSubscriber();
  EXPECT_TRUE(Within([&] { return Count("effect") == 40 * 50; }, 60));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(Count("parked_subject"), 0);
}

}  // namespace
}  // namespace vefa::events
