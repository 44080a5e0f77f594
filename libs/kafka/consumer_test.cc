// The consumer's part beside reading: pausing, positions that are not known or not there, changes of hands.
#include "libs/kafka/consumer.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "libs/kafka/producer.h"
#include "libs/kafka/settings.h"
#include "libs/testing/engines.h"

namespace vefa::kafka {
namespace {

using Offsets = std::map<Partition, int64_t>;
constexpr std::chrono::milliseconds kWait(100);

class ConsumerTest : public ::testing::Test {
 protected:
  void Publish(int count) {
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) records.push_back({topic_, "key", std::to_string(published_++), {}});
    for (bool acknowledged : producer_.Publish(records, Deadline::After(std::chrono::seconds(30)), [] { return false; }))
      ASSERT_TRUE(acknowledged);
  }
  std::unique_ptr<Consumer> Make(Consumer::Start start) {
    return std::make_unique<Consumer>(testing::KafkaBrokers(), topic_ + ".group", std::vector<std::string>{topic_},
                                      std::move(start), [this](const auto&) { ++revoked_; });
  }
  // Polls until so many came.
  std::vector<Message> Read(Consumer& consumer, size_t count) {
    std::vector<Message> all;
    testing::Eventually([&] {
      auto batch = consumer.Poll(100, kWait);
      for (Message& message : *batch) all.push_back(std::move(message));
      return all.size() >= count;
    }, std::chrono::seconds(40));
    return all;
  }
  // As retention does: what lies before the offset is gone.
  void DeleteBefore(int64_t offset) {
    char text[256];
    rd_kafka_t* kafka = rd_kafka_new(RD_KAFKA_PRODUCER, MakeSettings({{"bootstrap.servers", testing::KafkaBrokers().c_str()}}),
                                     text, sizeof text);
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic_.c_str(), 0)->offset = offset;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t* queue = rd_kafka_queue_new(kafka);
    rd_kafka_DeleteRecords(kafka, &request, 1, nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 20000);
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(kafka);
  }

  const std::string topic_ = testing::TestTopic("vefa.test", 1);
  const Partition partition_{topic_, 0};
  Producer producer_{testing::KafkaBrokers(), "test"};
  int published_ = 0;
  int revoked_ = 0;
};

TEST_F(ConsumerTest, WhilePausedNothingIsReadAndThenNothingIsMissing) {
  Publish(500);
  auto consumer = Make([](const auto&) { return Offsets(); });
  std::vector<Message> all = Read(*consumer, 1);
  for (int round = 0; round < 10; ++round) {
    consumer->Pause();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(consumer->Serve(std::chrono::milliseconds(20)).ok());
    Publish(20);
    consumer->Resume();
    auto batch = consumer->Poll(30, kWait);
    for (Message& message : *batch) all.push_back(std::move(message));
  }
  for (Message& message : Read(*consumer, 700 - all.size())) all.push_back(std::move(message));
  ASSERT_EQ(all.size(), 700u);
  for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i].offset, static_cast<int64_t>(i));
}

TEST_F(ConsumerTest, PartitionsWhoseStartIsNotKnownAreHeldUntilItIs) {
  Publish(10);
  auto consumer = Make([](const auto&) -> std::optional<Offsets> { return std::nullopt; });
  EXPECT_FALSE(testing::Eventually([&] { return !consumer->Poll(10, kWait)->empty(); }, std::chrono::seconds(4)));
  consumer->Seek({{partition_, 6}});
  std::vector<Message> all = Read(*consumer, 4);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].offset, 6);
  EXPECT_EQ(revoked_, 0);
}

TEST_F(ConsumerTest, APositionThatRetentionTookIsToldAndASeekGoesOn) {
  Publish(50);
  DeleteBefore(30);
  auto consumer = Make([&](const auto&) { return Offsets{{partition_, 10}}; });
  std::vector<Partition> lost;
  EXPECT_TRUE(testing::Eventually([&] {
    EXPECT_TRUE(consumer->Poll(10, kWait)->empty());
    for (Partition& partition : consumer->TakeLost()) lost.push_back(partition);
    return !lost.empty();
  }, std::chrono::seconds(40)));
  EXPECT_EQ(lost, std::vector<Partition>{partition_});
  consumer->Seek({{partition_, kBeginning}});
  std::vector<Message> all = Read(*consumer, 20);
  ASSERT_EQ(all.size(), 20u);
  EXPECT_EQ(all[0].offset, 30);
}

// Otherwise a seek that came before anybody asked would be followed by news of the place that was left.
TEST_F(ConsumerTest, ASeekForgetsWhatWasLostBefore) {
  Publish(50);
  DeleteBefore(30);
  auto consumer = Make([&](const auto&) { return Offsets{{partition_, 10}}; });
  EXPECT_FALSE(testing::Eventually([&] { return !consumer->Poll(10, kWait)->empty(); }, std::chrono::seconds(5)));
  consumer->Seek({{partition_, kBeginning}});
  EXPECT_EQ(consumer->TakeLost(), std::vector<Partition>());
  EXPECT_EQ(Read(*consumer, 20).size(), 20u);
  EXPECT_EQ(consumer->TakeLost(), std::vector<Partition>());
}

TEST_F(ConsumerTest, APausedSeekStaysPausedAndStartsThereAfterwards) {
  Publish(20);
  auto consumer = Make([](const auto&) { return Offsets(); });
  ASSERT_EQ(Read(*consumer, 20).size(), 20u);
  consumer->Pause();
  consumer->Seek({{partition_, 5}});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(consumer->Serve(std::chrono::milliseconds(50)).ok());
  consumer->Resume();
  std::vector<Message> all = Read(*consumer, 15);
  ASSERT_EQ(all.size(), 15u);
  EXPECT_EQ(all[0].offset, 5);
}

TEST_F(ConsumerTest, ABatchEndsAtItsBytes) {
  std::vector<Record> records;
  for (int i = 0; i < 10; ++i) records.push_back({topic_, "key", std::string(100000, 'x'), {}});
  producer_.Publish(records, Deadline::After(std::chrono::seconds(30)), [] { return false; });
  auto consumer = Make([](const auto&) { return Offsets(); });
  size_t largest = 0;
  size_t all = 0;
  EXPECT_TRUE(testing::Eventually([&] {
    size_t size = consumer->Poll(100, std::chrono::milliseconds(500), 250000)->size();
    largest = std::max(largest, size);
    return (all += size) == 10;
  }, std::chrono::seconds(40)));
  EXPECT_EQ(largest, 3u);
}

TEST_F(ConsumerTest, LagIsWhatLiesBehindTheOffsetsGiven) {
  Publish(20);
  auto consumer = Make([](const auto&) { return Offsets(); });
  ASSERT_EQ(Read(*consumer, 20).size(), 20u);
  EXPECT_EQ(consumer->Lag({{partition_, 15}}), 5);
  consumer->Pause();
  Publish(7);
  EXPECT_EQ(consumer->Lag({{partition_, 20}}, true), 7);
  DeleteBefore(10);
  EXPECT_EQ(consumer->Lag({{partition_, kBeginning}}, true), 17);
}

}  // namespace
}  // namespace vefa::kafka
