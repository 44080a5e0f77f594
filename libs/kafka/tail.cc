#include <librdkafka/rdkafka.h>

#include "libs/kafka/consumer.h"
#include "libs/kafka/convert.h"
#include "libs/kafka/settings.h"

namespace vefa::kafka {

struct Tail::Handle {
  rd_kafka_t* kafka = nullptr;
  ~Handle() {
    if (kafka == nullptr) return;
    rd_kafka_consumer_close(kafka);
    rd_kafka_destroy(kafka);
  }

  // The start of one partition: its end minus `back`, not before its beginning.
  bool AddPartition(rd_kafka_topic_partition_list_t* list, const char* topic, int32_t partition, int64_t back) {
    int64_t low = 0;
    int64_t high = 0;
    if (rd_kafka_query_watermark_offsets(kafka, topic, partition, &low, &high, 5000) != RD_KAFKA_RESP_ERR_NO_ERROR)
      return false;
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = std::max(low, high - back);
    return true;
  }

  // Assigns every partition of the topics; false while the brokers do not answer.
  bool Assign(const std::vector<std::string>& topics, int64_t back) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(96);
    bool complete = true;
    for (const std::string& name : topics) {
      rd_kafka_topic_t* topic = rd_kafka_topic_new(kafka, name.c_str(), nullptr);
      const struct rd_kafka_metadata* metadata = nullptr;
      complete = complete && rd_kafka_metadata(kafka, 0, topic, &metadata, 5000) == RD_KAFKA_RESP_ERR_NO_ERROR;
      for (int p = 0; complete && metadata->topic_cnt == 1 && p < metadata->topics[0].partition_cnt; ++p)
        complete = AddPartition(list, name.c_str(), metadata->topics[0].partitions[p].id, back);
      if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
      rd_kafka_topic_destroy(topic);
    }
    complete = complete && list->cnt > 0 && rd_kafka_assign(kafka, list) == RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_partition_list_destroy(list);
    return complete;
  }
};

Tail::Tail(std::string brokers, std::vector<std::string> topics, int64_t back)
    : brokers_(std::move(brokers)), topics_(std::move(topics)), back_(back) {}
Tail::~Tail() = default;

bool Tail::Open() {
  if (handle_ != nullptr) return true;
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers_.c_str()},
                                        {"group.id", "vefa-tail"},
                                        {"enable.auto.commit", "false"},
                                        {"auto.offset.reset", "earliest"},
                                        {"fetch.wait.max.ms", "50"},
                                        {"queued.max.messages.kbytes", "8192"},
                                        {"reconnect.backoff.max.ms", "500"},
                                        {"log_level", "3"}});
  char error[256];
  auto handle = std::make_unique<Handle>();
  handle->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (handle->kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return false;
  }
  rd_kafka_poll_set_consumer(handle->kafka);
  if (!handle->Assign(topics_, back_)) return false;
  handle_ = std::move(handle);
  return true;
}

std::vector<Message> Tail::Poll(size_t most, std::chrono::milliseconds wait) {
  std::vector<Message> batch;
  if (!Open()) return batch;
  Deadline deadline = Deadline::After(wait);
  while (batch.size() < most && !deadline.Passed()) {
    auto left = batch.empty() ? deadline.Left() : std::chrono::milliseconds(2);
    rd_kafka_message_t* message = rd_kafka_consumer_poll(handle_->kafka, static_cast<int>(left.count()));
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) batch.push_back(ToMessage(message));
    rd_kafka_message_destroy(message);
  }
  return batch;
}

}  // namespace vefa::kafka
