// Topics that are deleted and made again under a consumer, and what librdkafka makes of it.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <future>
#include <set>
#include <thread>

#include "libs/kafka/admin.h"
#include "libs/kafka/consumer.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/settings.h"
#include "libs/testing/engines.h"

namespace vefa::kafka {
namespace {

using Offsets = std::map<Partition, int64_t>;
// Many, so that its main thread is at some of them while we do the next thing.
constexpr int kManyPartitions = 96;
constexpr std::chrono::milliseconds kBrief(20);
constexpr std::chrono::seconds kLong(40);

class RecreatedTest : public ::testing::Test {
 protected:
  void Publish(int count) {
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) records.push_back({topic_, std::to_string(i), "value", {}});
    for (bool acknowledged : Producer(testing::KafkaBrokers(), "test")
                                 .Publish(records, Deadline::After(std::chrono::seconds(30)), [] { return false; }))
      ASSERT_TRUE(acknowledged);
  }
  void Join() {
    consumer_ = std::make_unique<Consumer>(
        testing::KafkaBrokers(), topic_ + ".group", std::vector<std::string>{topic_},
        [this](const std::vector<Partition>& given) {
          assigned_ = given.size();
          return std::optional<Offsets>(From(0));
        },
        [this](const auto&) { assigned_ = 0; });
  }
  Offsets From(int64_t offset) const {
    Offsets offsets;
    for (int i = 0; i < kManyPartitions; ++i) offsets[{topic_, i}] = offset;
    return offsets;
  }
  // Different records among those that were published last.
  bool ReadsAll(size_t count, std::chrono::milliseconds longest = kLong) {
    std::set<std::pair<int, int64_t>> seen;
    return testing::Eventually([&] {
      auto batch = consumer_->Poll(500, kBrief);
      for (const Message& message : *batch) seen.emplace(message.partition, message.offset);
      return seen.size() >= count;
    }, longest);
  }
  void DeleteTopic() {
    char text[256];
    rd_kafka_t* kafka = rd_kafka_new(RD_KAFKA_PRODUCER, MakeSettings({{"bootstrap.servers", testing::KafkaBrokers().c_str()}}),
                                     text, sizeof text);
    rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(topic_.c_str());
    rd_kafka_queue_t* queue = rd_kafka_queue_new(kafka);
    rd_kafka_DeleteTopics(kafka, &topic, 1, nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 20000);
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteTopic_destroy(topic);
    rd_kafka_destroy(kafka);
  }
  // What hangs is left to itself: a test that waits for it would never end.
  bool Closes() {
    auto closed = std::make_shared<std::promise<void>>();
    std::future<void> done = closed->get_future();
    std::thread([closed, consumer = std::move(consumer_)]() mutable {
      consumer.reset();
      closed->set_value();
    }).detach();
    return done.wait_for(std::chrono::seconds(15)) == std::future_status::ready;
  }

  const std::string topic_ = testing::TestTopic("vefa.test", kManyPartitions);
  size_t assigned_ = 0;
  std::unique_ptr<Consumer> consumer_;
};

TEST_F(RecreatedTest, ATopicThatIsMadeAgainIsReadFromItsBeginningAndTheConsumerCloses) {
  Publish(300);
  Join();
  ASSERT_TRUE(ReadsAll(300));
  DeleteTopic();
  // It hears of that, and its partitions are taken.
  ASSERT_TRUE(testing::Eventually([&] { return consumer_->Poll(10, kBrief)->empty() && assigned_ == 0; }, kLong));
  ASSERT_TRUE(testing::Eventually([&] {
    auto created = ApplyTopics(testing::KafkaBrokers(), {{topic_, kManyPartitions, 1}}, Deadline::After(std::chrono::seconds(30)));
    return created.ok() && created->size() == 1;
  }, kLong));
  Publish(300);
  EXPECT_TRUE(ReadsAll(300));
  EXPECT_TRUE(Closes());
}

// Every order is carried out, in whatever quick succession they come.
TEST_F(RecreatedTest, NoPartitionStaysUnreadAfterSeeksAndPausesInQuickSuccession) {
  Publish(1000);
  Join();
  ASSERT_TRUE(ReadsAll(1000));
  for (int round = 0; round < 40; ++round) {
    // Positions that Kafka does not have end the reading.
    consumer_->Seek(From(1'000'000));
    std::set<Partition> lost;
    ASSERT_TRUE(testing::Eventually([&] {
      EXPECT_TRUE(consumer_->Poll(500, kBrief)->empty());
      for (Partition& partition : consumer_->TakeLost()) lost.insert(std::move(partition));
      return lost.size() == kManyPartitions;
    }, kLong)) << "round " << round << ": " << lost.size();
    consumer_->Seek(From(0));
    for (int i = 0; i < 3; ++i) {
      consumer_->Pause();
      ASSERT_TRUE(consumer_->Serve(std::chrono::milliseconds(0)).ok());
      consumer_->Resume();
      ASSERT_TRUE(consumer_->Poll(0, std::chrono::milliseconds(0)).ok());
    }
    ASSERT_TRUE(ReadsAll(1000, std::chrono::seconds(10))) << "round " << round;
  }
  EXPECT_TRUE(Closes());
}

}  // namespace
}  // namespace vefa::kafka
