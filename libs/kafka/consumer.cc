#include "libs/kafka/consumer.h"

#include <librdkafka/rdkafka.h>

#include "libs/kafka/convert.h"
#include "libs/kafka/settings.h"
#include "libs/telemetry/log.h"

namespace vefa::kafka {

struct Consumer::Handle {
  rd_kafka_t* kafka = nullptr;
  Consumer* owner = nullptr;

  ~Handle() {
    if (kafka == nullptr) return;
    rd_kafka_consumer_close(kafka);
    rd_kafka_destroy(kafka);
  }

  static void OnRebalance(rd_kafka_t* kafka, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* list,
                          void* opaque) {
    Consumer& consumer = *static_cast<Handle*>(opaque)->owner;
    std::vector<Partition> partitions = ToPartitions(list);
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      std::map<Partition, int64_t> offsets = consumer.start_(partitions);
      for (int i = 0; i < list->cnt; ++i) {
        auto found = offsets.find({list->elems[i].topic, list->elems[i].partition});
        list->elems[i].offset = found == offsets.end() ? RD_KAFKA_OFFSET_BEGINNING : found->second;
      }
      rd_kafka_assign(kafka, list);
    } else {
      consumer.revoked_(partitions);
      rd_kafka_assign(kafka, nullptr);
    }
  }
};

Consumer::Consumer(std::string brokers, std::string group, std::vector<std::string> topics, Start start,
                   Revoked revoked)
    : brokers_(std::move(brokers)),
      group_(std::move(group)),
      topics_(std::move(topics)),
      start_(std::move(start)),
      revoked_(std::move(revoked)) {}

Consumer::~Consumer() = default;

Status Consumer::Open() {
  if (handle_ != nullptr) return Ok();
  // Offsets live in PostgreSQL beside what they led to; Kafka's own are not used. `error` on a
  // lost offset, because starting anywhere else would skip in silence.
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers_.c_str()},
                                        {"group.id", group_.c_str()},
                                        {"partition.assignment.strategy", "range,roundrobin"},
                                        {"session.timeout.ms", "10000"},
                                        {"heartbeat.interval.ms", "2000"},
                                        {"max.poll.interval.ms", "300000"},
                                        {"enable.auto.commit", "false"},
                                        {"enable.auto.offset.store", "false"},
                                        {"auto.offset.reset", "error"},
                                        {"isolation.level", "read_committed"},
                                        {"fetch.wait.max.ms", "50"},
                                        {"fetch.error.backoff.ms", "100"},
                                        {"queued.min.messages", "5000"},
                                        {"queued.max.messages.kbytes", "16384"},
                                        {"check.crcs", "true"},
                                        {"reconnect.backoff.ms", "50"},
                                        {"reconnect.backoff.max.ms", "500"},
                                        {"topic.metadata.refresh.interval.ms", "5000"},
                                        {"socket.keepalive.enable", "true"},
                                        {"log_level", "3"}});
  auto handle = std::make_unique<Handle>();
  handle->owner = this;
  rd_kafka_conf_set_opaque(conf, handle.get());
  rd_kafka_conf_set_rebalance_cb(conf, &Handle::OnRebalance);
  char error[256];
  handle->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (handle->kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal("KAFKA_CLIENT", error);
  }
  rd_kafka_poll_set_consumer(handle->kafka);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(static_cast<int>(topics_.size()));
  for (const std::string& topic : topics_)
    rd_kafka_topic_partition_list_add(list, topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_resp_err_t failed = rd_kafka_subscribe(handle->kafka, list);
  rd_kafka_topic_partition_list_destroy(list);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return Internal("KAFKA_CLIENT", rd_kafka_err2str(failed));
  handle_ = std::move(handle);
  return Ok();
}

Result<std::vector<Message>> Consumer::Poll(size_t most, std::chrono::milliseconds wait) {
  VEFA_TRY_OK(Open());
  std::vector<Message> batch;
  Deadline deadline = Deadline::After(wait);
  while (batch.size() < most) {
    // Once something is there, only what is already fetched joins it.
    auto left = batch.empty() ? deadline.Left() : std::min(deadline.Left(), std::chrono::milliseconds(2));
    rd_kafka_message_t* message = rd_kafka_consumer_poll(handle_->kafka, static_cast<int>(left.count()));
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      batch.push_back(ToMessage(message));
    } else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      telemetry::Fault("a position in Kafka is lost: events before it were deleted unread",
                       {{"group", group_}, {"partition", static_cast<int>(message->partition)}});
    }
    rd_kafka_message_destroy(message);
    if (deadline.Passed()) break;
  }
  return batch;
}

Status Consumer::Seek(const std::map<Partition, int64_t>& offsets) {
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, partition.first.c_str(), partition.second)->offset = offset;
    rd_kafka_error_t* error = rd_kafka_seek_partitions(handle_->kafka, list, 5000);
    rd_kafka_topic_partition_list_destroy(list);
    if (error != nullptr) {
      std::string text = rd_kafka_error_string(error);
      rd_kafka_error_destroy(error);
      return Unavailable("KAFKA_UNAVAILABLE", "Kafka could not seek: " + text);
    }
  }
  return Ok();
}

int64_t Consumer::Lag() const {
  if (handle_ == nullptr) return 0;
  rd_kafka_topic_partition_list_t* list = nullptr;
  if (rd_kafka_assignment(handle_->kafka, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  rd_kafka_position(handle_->kafka, list);
  int64_t lag = 0;
  for (int i = 0; i < list->cnt; ++i) {
    int64_t low = 0;
    int64_t high = 0;
    const auto& element = list->elems[i];
    if (rd_kafka_get_watermark_offsets(handle_->kafka, element.topic, element.partition, &low, &high) ==
            RD_KAFKA_RESP_ERR_NO_ERROR &&
        element.offset >= 0 && high > element.offset)
      lag += high - element.offset;
  }
  rd_kafka_topic_partition_list_destroy(list);
  return lag;
}

}  // namespace vefa::kafka
