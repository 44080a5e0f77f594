// Members of a group that keep their name.
#include <gtest/gtest.h>

#include <set>

#include "libs/kafka/consumer.h"
#include "libs/kafka/producer.h"
#include "libs/testing/engines.h"

namespace vefa::kafka {
namespace {

using Offsets = std::map<Partition, int64_t>;
constexpr std::chrono::milliseconds kPollWait(50);

class MemberTest : public ::testing::Test {
 protected:
  // One member: what it was given and what it read.
  struct Member {
    std::set<Partition> owned;
    int assignments = 0;
    size_t read = 0;
    std::unique_ptr<Consumer> consumer;
    bool Polls() {
      read += consumer->Poll(100, kPollWait)->size();
      return true;
    }
  };
  std::unique_ptr<Member> Join(const std::string& instance) {
    auto member = std::make_unique<Member>();
    Member* it = member.get();
    it->consumer = std::make_unique<Consumer>(
        testing::KafkaBrokers(), topic_ + ".group", std::vector<std::string>{topic_},
        [this, it](const std::vector<Partition>& given) -> std::optional<Offsets> {
          it->owned.insert(given.begin(), given.end());
          ++it->assignments;
          // As a position in a database: nothing is read twice.
          Offsets from;
          for (const Partition& partition : given) from[partition] = next_[partition];
          return from;
        },
        [it](const auto&) { it->owned.clear(); }, ConsumerOptions{std::chrono::minutes(5), instance});
    return member;
  }
  // Until both have a half.
  bool Settled(Member& one, Member& two) {
    return testing::Eventually([&] {
      one.Polls();
      two.Polls();
      return one.owned.size() == 2 && two.owned.size() == 2;
    }, std::chrono::seconds(40));
  }

  const std::string topic_ = testing::TestTopic("vefa.test", 4);
  Offsets next_;
};

TEST_F(MemberTest, WhoComesBackUnderItsNameHasItsPartitionsAtOnceAndNobodyElseNotices) {
  auto one = Join("one");
  auto two = Join("two");
  ASSERT_TRUE(Settled(*one, *two));
  std::set<Partition> before = one->owned;
  int assignments = two->assignments;
  one = nullptr;
  one = Join("one");
  // Well within the ten seconds that its session lasts.
  EXPECT_TRUE(testing::Eventually([&] { return one->Polls() && two->Polls() && !one->owned.empty(); }, std::chrono::seconds(6)));
  EXPECT_EQ(one->owned, before);
  EXPECT_EQ(two->assignments, assignments);
}

TEST_F(MemberTest, OfTwoWithOneNameTheEarlierIsThrownOutAndJoinsAgainWhenTheOtherIsGone) {
  auto one = Join("one");
  ASSERT_TRUE(testing::Eventually([&] { return one->Polls() && one->owned.size() == 4; }, std::chrono::seconds(40)));
  auto twin = Join("one");
  EXPECT_TRUE(testing::Eventually([&] {
    one->Polls();
    twin->Polls();
    return one->owned.empty() && twin->owned.size() == 4;
  }, std::chrono::seconds(40)));
  twin = nullptr;
  EXPECT_TRUE(testing::Eventually([&] { return one->Polls() && one->owned.size() == 4; }, std::chrono::seconds(40)));
}

// The partitions were paused, taken and given back: they must be read, even when the pause ended in between.
TEST_F(MemberTest, APauseEndsThoughThePartitionsWereAwayMeanwhile) {
  auto one = Join("");
  ASSERT_TRUE(testing::Eventually([&] { return one->Polls() && one->owned.size() == 4; }, std::chrono::seconds(40)));
  one->consumer->Pause();
  auto two = Join("");
  // Taken from the first, which goes on while it has nothing.
  EXPECT_TRUE(testing::Eventually([&] {
    two->Polls();
    return one->consumer->Serve(kPollWait).ok() && one->owned.empty();
  }, std::chrono::seconds(40)));
  one->consumer->Resume();
  EXPECT_TRUE(Settled(*one, *two));
  Producer producer(testing::KafkaBrokers(), "test");
  std::vector<Record> records;
  for (int i = 0; i < 200; ++i) records.push_back({topic_, std::to_string(i), "value", {}});
  producer.Publish(records, Deadline::After(std::chrono::seconds(30)), [] { return false; });
  EXPECT_TRUE(testing::Eventually([&] { return one->Polls() && two->Polls() && one->read + two->read >= 200; }));
  EXPECT_EQ(one->read + two->read, 200u);
}

}  // namespace
}  // namespace vefa::kafka
