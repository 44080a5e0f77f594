#include "libs/kafka/offsets.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "libs/kafka/owned.h"
#include "libs/kafka/settings.h"

namespace vefa::kafka {
namespace {

int LeftMillis(Deadline deadline) { return std::max(1, static_cast<int>(deadline.Left().count())); }

Error NoAnswer(rd_kafka_resp_err_t error) {
  return Unavailable("KAFKA_UNAVAILABLE", std::string("Kafka does not answer: ") + rd_kafka_err2str(error));
}

}  // namespace

Result<std::map<Partition, OffsetRange>> ReadOffsets(const std::string& brokers, const std::vector<std::string>& topics,
                                                     Deadline deadline) {
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers.c_str()}, {"log_level", "3"}});
  char text[256];
  Owned<rd_kafka_t> kafka(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text));
  if (kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal("KAFKA_CLIENT", text);
  }
  const struct rd_kafka_metadata* raw = nullptr;
  rd_kafka_resp_err_t error = rd_kafka_metadata(kafka.get(), 1, nullptr, &raw, LeftMillis(deadline));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return NoAnswer(error);
  Owned<const struct rd_kafka_metadata> metadata(raw);
  std::map<Partition, OffsetRange> ranges;
  for (int t = 0; t < metadata->topic_cnt; ++t) {
    const auto& topic = metadata->topics[t];
    if (std::find(topics.begin(), topics.end(), topic.topic) == topics.end()) continue;
    for (int p = 0; p < topic.partition_cnt; ++p) {
      OffsetRange range;
      error = rd_kafka_query_watermark_offsets(kafka.get(), topic.topic, topic.partitions[p].id, &range.low, &range.high,
                                               LeftMillis(deadline));
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return NoAnswer(error);
      ranges[{topic.topic, topic.partitions[p].id}] = range;
    }
  }
  return ranges;
}

}  // namespace vefa::kafka
