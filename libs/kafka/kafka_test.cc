#include <gtest/gtest.h>

#include "libs/kafka/admin.h"
#include "libs/kafka/consumer.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/replay.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::kafka {
namespace {

std::vector<Record> Records(const std::string& topic, int count) {
  std::vector<Record> records;
  for (int i = 0; i < count; ++i)
    records.push_back({topic, "key " + std::to_string(i % 7), std::to_string(i), {{"ce_id", std::to_string(i)}}});
  return records;
}

std::vector<Message> ReadAll(Consumer& consumer, size_t count) {
  std::vector<Message> all;
  testing::Eventually([&] {
    auto batch = consumer.Poll(100, std::chrono::milliseconds(100));
    for (Message& message : *batch) all.push_back(std::move(message));
    return all.size() >= count;
  }, std::chrono::seconds(40));
  return all;
}

TEST(KafkaTest, WhatIsAcknowledgedIsReadInOrderPerKey) {
  std::string topic = testing::TestTopic("vefa.test");
  Producer producer(testing::KafkaBrokers(), "test");
  auto acknowledged = producer.Publish(Records(topic, 1000), Soon(), [] { return false; });
  EXPECT_EQ(std::count(acknowledged.begin(), acknowledged.end(), true), 1000);
  Consumer consumer(
      testing::KafkaBrokers(), topic + ".group", {topic}, [](const auto&) { return std::map<Partition, int64_t>(); },
      [](const auto&) {});
  std::vector<Message> all = ReadAll(consumer, 1000);
  ASSERT_EQ(all.size(), 1000u);
  std::map<std::string, int> last;
  for (const Message& message : all) {
    int number = std::stoi(message.value);
    EXPECT_EQ(message.header("ce_id"), message.value);
    auto [at, first] = last.emplace(message.key, number);
    if (!first) {
      EXPECT_LT(at->second, number);
    }
    at->second = number;
  }
}

TEST(KafkaTest, SeekReadsAgain) {
  std::string topic = testing::TestTopic("vefa.test", 1);
  Producer producer(testing::KafkaBrokers(), "test");
  producer.Publish(Records(topic, 10), Soon(), [] { return false; });
  Consumer consumer(
      testing::KafkaBrokers(), topic + ".group", {topic},
      [&](const auto&) { return std::map<Partition, int64_t>{{{topic, 0}, 4}}; }, [](const auto&) {});
  ASSERT_EQ(ReadAll(consumer, 6).size(), 6u);
  consumer.Seek({{{topic, 0}, 8}});
  std::vector<Message> again = ReadAll(consumer, 2);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].offset, 8);
}

TEST(KafkaTest, ABrokerThatIsGoneAcknowledgesNothing) {
  Producer producer("127.0.0.1:1", "test");
  auto acknowledged =
      producer.Publish(Records("t", 3), Deadline::After(std::chrono::milliseconds(300)), [] { return false; });
  EXPECT_EQ(acknowledged, std::vector<bool>(3, false));
}

TEST(KafkaTest, TopicsKeepTheirPartitions) {
  std::string topic = testing::TestTopic("vefa.test", 3);
  EXPECT_TRUE(ApplyTopics(testing::KafkaBrokers(), {{topic, 3, 1}}, Soon())->empty());
  EXPECT_EQ(ApplyTopics(testing::KafkaBrokers(), {{topic, 4, 1}}, Soon()).error().reason, "TOPIC_PARTITIONS");
}

TEST(KafkaTest, TailStartsNearTheEnd) {
  std::string topic = testing::TestTopic("vefa.test", 1);
  Producer producer(testing::KafkaBrokers(), "test");
  producer.Publish(Records(topic, 50), Soon(), [] { return false; });
  Tail tail(testing::KafkaBrokers(), {topic}, 5);
  std::vector<Message> all;
  EXPECT_TRUE(testing::Eventually([&] {
    for (Message& message : tail.Poll(100, std::chrono::milliseconds(100))) all.push_back(std::move(message));
    return all.size() >= 5;
  }));
  EXPECT_EQ(all.front().offset, 45);
}

TEST(KafkaTest, AReplayReadsWhatIsThereAtItsOpeningAndEnds) {
  std::string topic = testing::TestTopic("vefa.test", 3);
  std::string empty = testing::TestTopic("vefa.test", 2);
  Producer producer(testing::KafkaBrokers(), "test");
  producer.Publish(Records(topic, 700), Soon(), [] { return false; });
  auto replay = Replay::Open(testing::KafkaBrokers(), {topic, empty}, Soon());
  ASSERT_TRUE(replay.ok()) << replay.error().message;
  producer.Publish(Records(topic, 50), Soon(), [] { return false; });
  std::map<Partition, int64_t> next;
  size_t read = 0;
  EXPECT_TRUE(testing::Eventually([&] {
    for (const Message& message : (*replay)->Poll(100, std::chrono::milliseconds(200))) {
      EXPECT_EQ(message.offset, (next[{message.topic, message.partition}]++));
      ++read;
    }
    return (*replay)->done();
  }));
  EXPECT_EQ(read, 700u);
  EXPECT_TRUE((*replay)->Poll(100, std::chrono::milliseconds(10)).empty());
}

TEST(KafkaTest, AReplayOfNothingIsDoneAtOnce) {
  auto replay = Replay::Open(testing::KafkaBrokers(), {testing::TestTopic("vefa.test")}, Soon());
  ASSERT_TRUE(replay.ok());
  EXPECT_TRUE((*replay)->done());
  EXPECT_EQ(Replay::Open("127.0.0.1:1", {"vefa.test"}, Deadline::After(std::chrono::seconds(1))).error().reason,
            "KAFKA_UNAVAILABLE");
}

}  // namespace
}  // namespace vefa::kafka
