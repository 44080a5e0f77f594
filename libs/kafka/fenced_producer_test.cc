#include "libs/kafka/fenced_producer.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "libs/kafka/consumer.h"
#include "libs/kafka/settings.h"
#include "libs/testing/engines.h"

namespace vefa::kafka {
namespace {

constexpr std::chrono::seconds kBegin(20);

Record Say(const std::string& topic, const std::string& key, const std::string& value) {
  return {topic, key, value, {{"ce_type", "test.state"}}};
}

// Everything committed up to the record with the value `last`.
std::vector<Message> ReadUntil(const std::string& topic, const std::string& last) {
  Consumer consumer(
      testing::KafkaBrokers(), topic + ".reader", {topic},
      [](const auto&) { return std::map<Partition, int64_t>(); }, [](const auto&) {});
  std::vector<Message> all;
  EXPECT_TRUE(testing::Eventually([&] {
    auto batch = consumer.Poll(100, std::chrono::milliseconds(100));
    if (!batch.ok()) return false;
    for (Message& message : *batch) all.push_back(std::move(message));
    return !all.empty() && all.back().value == last;
  }));
  return all;
}

TEST(FencedProducerTest, WhoBeginsLastIsTheOnlyWriter) {
  std::string topic = testing::TestTopic("vefa.test.state", 1);
  FencedProducer first(testing::KafkaBrokers(), topic);
  FencedProducer second(testing::KafkaBrokers(), topic);
  ASSERT_TRUE(first.Begin(kBegin).ok());
  ASSERT_TRUE(first.Publish({Say(topic, "a", "1")}).ok());
  ASSERT_TRUE(second.Begin(kBegin).ok());
  ASSERT_TRUE(second.Publish({Say(topic, "a", "2")}).ok());
  Status late = first.Publish({Say(topic, "a", "late")});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().reason, "PRODUCER_FENCED") << late.error().message;
  EXPECT_EQ(first.Publish({Say(topic, "a", "late")}).error().reason, "PRODUCER_NOT_BEGUN");
  ASSERT_TRUE(second.Publish({Say(topic, "a", "3")}).ok());
  std::vector<Message> all = ReadUntil(topic, "3");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].value, "2");
  // It may come back, and then the other is the one refused.
  ASSERT_TRUE(first.Begin(kBegin).ok());
  ASSERT_TRUE(first.Publish({Say(topic, "a", "4")}).ok());
  EXPECT_EQ(second.Publish({Say(topic, "a", "late")}).error().reason, "PRODUCER_FENCED");
  EXPECT_EQ(ReadUntil(topic, "4").size(), 4u);
}

// What a process that was killed in the middle leaves behind: records of a transaction that nobody ends.
TEST(FencedProducerTest, AnOpenTransactionOfADeadWriterIsAborted) {
  std::string topic = testing::TestTopic("vefa.test.state", 1);
  std::string brokers = testing::KafkaBrokers();
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers.c_str()}, {"transactional.id", topic.c_str()}});
  char text[256];
  rd_kafka_t* dead = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
  ASSERT_NE(dead, nullptr) << text;
  ASSERT_EQ(rd_kafka_init_transactions(dead, 20'000), nullptr);
  ASSERT_EQ(rd_kafka_begin_transaction(dead), nullptr);
  ASSERT_EQ(rd_kafka_producev(dead, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_KEY("a", 1),
                              RD_KAFKA_V_VALUE(const_cast<char*>("dead"), 4), RD_KAFKA_V_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_EQ(rd_kafka_flush(dead, 20'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  FencedProducer next(brokers, topic);
  ASSERT_TRUE(next.Begin(kBegin).ok());
  ASSERT_TRUE(next.Publish({Say(topic, "a", "alive")}).ok());
  std::vector<Message> all = ReadUntil(topic, "alive");
  EXPECT_EQ(all.size(), 1u);
  rd_kafka_destroy(dead);
}

TEST(FencedProducerTest, ATombstoneHasHeadersAndNoValue) {
  std::string topic = testing::TestTopic("vefa.test.state", 1);
  FencedProducer producer(testing::KafkaBrokers(), topic);
  ASSERT_TRUE(producer.Begin(kBegin).ok());
  Record gone = Say(topic, "a", "ignored");
  gone.tombstone = true;
  ASSERT_TRUE(producer.Publish({Say(topic, "a", ""), gone, Say(topic, "b", "end")}).ok());
  std::vector<Message> all = ReadUntil(topic, "end");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_FALSE(all[0].tombstone);
  EXPECT_TRUE(all[1].tombstone);
  EXPECT_EQ(all[1].key, "a");
  EXPECT_EQ(all[1].header("ce_type"), "test.state");
  EXPECT_TRUE(all[1].value.empty());
}

TEST(FencedProducerTest, ATransactionIsWholeOrNothing) {
  std::string topic = testing::TestTopic("vefa.test.state", 1);
  FencedProducer producer(testing::KafkaBrokers(), topic);
  ASSERT_TRUE(producer.Begin(kBegin).ok());
  // The second record is refused by its size: the first must not be seen either.
  EXPECT_EQ(producer.Publish({Say(topic, "a", "half"), Say(topic, "a", std::string(2 << 20, 'x'))}).error().reason,
            "KAFKA_UNAVAILABLE");
  ASSERT_TRUE(producer.Begin(kBegin).ok());
  ASSERT_TRUE(producer.Publish({Say(topic, "a", "whole")}).ok());
  EXPECT_EQ(ReadUntil(topic, "whole").size(), 1u);
}

TEST(FencedProducerTest, ABrokerThatIsGoneIsAnError) {
  FencedProducer producer("127.0.0.1:1", "vefa-test-state");
  EXPECT_EQ(producer.Begin(std::chrono::milliseconds(300)).error().reason, "KAFKA_UNAVAILABLE");
}

}  // namespace
}  // namespace vefa::kafka
