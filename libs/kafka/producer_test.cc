#include "libs/kafka/producer.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "libs/kafka/owned.h"
#include "libs/kafka/settings.h"
#include "libs/testing/engines.h"

namespace vefa::kafka {
namespace {

constexpr int16_t kListOffsets = 2;
constexpr int kPartitions = 4;

// A broker whose refusals are chosen: a real one gives these for a few milliseconds, when it likes.
class RefusingBroker {
 public:
  RefusingBroker() {
    char error[256];
    kafka_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, MakeSettings({{"log_level", "3"}}), error, sizeof error));
    cluster_ = rd_kafka_mock_cluster_new(kafka_.get(), 1);
    rd_kafka_mock_topic_create(cluster_, "t", kPartitions, 1);
  }
  ~RefusingBroker() { rd_kafka_mock_cluster_destroy(cluster_); }

  std::string address() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void Refuse(int times) {
    std::vector<rd_kafka_resp_err_t> errors(static_cast<size_t>(times), RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    rd_kafka_mock_push_request_errors_array(cluster_, kListOffsets, errors.size(), errors.data());
  }
  void Relent() { rd_kafka_mock_clear_request_errors(cluster_, kListOffsets); }

 private:
  Owned<rd_kafka_t> kafka_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

// What was sent second could be taken before what was sent first (KAFKA-15591).
TEST(ProducerTest, ATopicCountsOnceEachOfItsPartitionsIsServed) {
  RefusingBroker broker;
  Producer producer(broker.address(), "test");
  broker.Refuse(1000);
  EXPECT_EQ(producer.CountPartitions("t", Deadline::After(std::chrono::milliseconds(500))).error().reason,
            "KAFKA_UNAVAILABLE");
  broker.Relent();
  broker.Refuse(2);
  auto partitions = producer.CountPartitions("t", Deadline::After(std::chrono::seconds(30)));
  ASSERT_TRUE(partitions.ok()) << partitions.error().message;
  EXPECT_EQ(*partitions, kPartitions);
}

}  // namespace
}  // namespace vefa::kafka
