#include "libs/kafka/replay.h"

#include <librdkafka/rdkafka.h>

#include <thread>

#include "libs/base/backoff.h"
#include "libs/kafka/convert.h"
#include "libs/kafka/offsets.h"
#include "libs/kafka/settings.h"

namespace vefa::kafka {
namespace {

constexpr size_t kBatchBytesMax = 8 << 20;

}  // namespace

struct Replay::Handle {
  rd_kafka_t* kafka = nullptr;
  ~Handle() {
    if (kafka == nullptr) return;
    rd_kafka_consumer_close(kafka);
    rd_kafka_destroy(kafka);
  }
};

Replay::Replay(std::unique_ptr<Handle> handle, std::map<Partition, int64_t> left)
    : handle_(std::move(handle)), left_(std::move(left)) {}
Replay::~Replay() = default;

Result<std::unique_ptr<Replay>> Replay::Open(const std::string& brokers, const std::vector<std::string>& topics,
                                             Deadline deadline) {
  auto known = ReadOffsets(brokers, topics, deadline);
  // A partition between two leaders has no offsets for a moment.
  for (int attempt = 0; !known.ok() && known.error().code == Code::kUnavailable && !deadline.Passed(); ++attempt) {
    std::this_thread::sleep_for(
        Backoff(attempt, std::chrono::milliseconds(50), std::chrono::seconds(1), RandomShare()));
    known = ReadOffsets(brokers, topics, deadline);
  }
  if (!known.ok()) return std::move(known).error();
  const auto& ranges = *known;
  // The end of a partition is told, because its last records may be ones that no reader sees.
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers.c_str()},
                                        {"group.id", "vefa-replay"},
                                        {"enable.auto.commit", "false"},
                                        {"enable.partition.eof", "true"},
                                        {"auto.offset.reset", "error"},
                                        {"isolation.level", "read_committed"},
                                        {"fetch.wait.max.ms", "50"},
                                        {"queued.max.messages.kbytes", "16384"},
                                        {"reconnect.backoff.max.ms", "500"},
                                        {"check.crcs", "true"},
                                        {"log_level", "3"}});
  char error[256];
  auto handle = std::make_unique<Handle>();
  handle->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (handle->kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal("KAFKA_CLIENT", error);
  }
  rd_kafka_poll_set_consumer(handle->kafka);
  std::map<Partition, int64_t> left;
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(static_cast<int>(ranges.size()));
  for (const auto& [partition, range] : ranges) {
    if (range.low >= range.high) continue;
    rd_kafka_topic_partition_list_add(list, partition.first.c_str(), partition.second)->offset = range.low;
    left[partition] = range.high;
  }
  rd_kafka_resp_err_t failed = rd_kafka_assign(handle->kafka, list);
  rd_kafka_topic_partition_list_destroy(list);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return Internal("KAFKA_CLIENT", rd_kafka_err2str(failed));
  return std::unique_ptr<Replay>(new Replay(std::move(handle), std::move(left)));
}

void Replay::Advance(const Partition& partition, int64_t next) {
  auto found = left_.find(partition);
  if (found != left_.end() && next >= found->second) left_.erase(found);
}

std::vector<Message> Replay::Poll(size_t most, std::chrono::milliseconds wait) {
  std::vector<Message> batch;
  Deadline deadline = Deadline::After(wait);
  size_t bytes = 0;
  while (batch.size() < most && bytes < kBatchBytesMax && !done() && !deadline.Passed()) {
    auto left = batch.empty() ? deadline.Left() : std::min(deadline.Left(), std::chrono::milliseconds(20));
    rd_kafka_message_t* message = rd_kafka_consumer_poll(handle_->kafka, static_cast<int>(left.count()));
    if (message == nullptr) break;
    if (message->rkt != nullptr) {
      Partition at{rd_kafka_topic_name(message->rkt), message->partition};
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        Advance(at, message->offset);
      } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        bytes += message->len;
        // What came after the opening is none of ours.
        if (left_.contains(at) && message->offset < left_[at]) batch.push_back(ToMessage(message));
        Advance(at, message->offset + 1);
      }
    }
    rd_kafka_message_destroy(message);
  }
  return batch;
}

}  // namespace vefa::kafka
