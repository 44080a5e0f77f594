#include "libs/kafka/admin.h"

#include <librdkafka/rdkafka.h>

#include <map>

#include "libs/kafka/owned.h"
#include "libs/kafka/settings.h"

namespace vefa::kafka {
namespace {

Result<std::map<std::string, int>> PartitionsByTopic(rd_kafka_t* kafka, Deadline deadline) {
  const struct rd_kafka_metadata* metadata = nullptr;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  do {
    error = rd_kafka_metadata(kafka, 1, nullptr, &metadata, 2000);
  } while (error != RD_KAFKA_RESP_ERR_NO_ERROR && !deadline.Passed());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Unavailable("KAFKA_UNAVAILABLE", std::string("Kafka does not answer: ") + rd_kafka_err2str(error));
  std::map<std::string, int> partitions;
  for (int i = 0; i < metadata->topic_cnt; ++i)
    partitions[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  return partitions;
}

Status Create(rd_kafka_t* kafka, const TopicSpec& spec, Deadline deadline) {
  char text[256];
  Owned<rd_kafka_NewTopic_t> topic(
      rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, spec.replication, text, sizeof text));
  if (topic == nullptr) return InvalidArgument("TOPIC_INVALID", text);
  for (const auto& [name, value] : spec.settings)
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(kafka));
  rd_kafka_NewTopic_t* list[] = {topic.get()};
  rd_kafka_CreateTopics(kafka, list, 1, nullptr, queue.get());
  Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), static_cast<int>(deadline.Left().count())));
  if (event == nullptr) return Unavailable("KAFKA_UNAVAILABLE", "Kafka did not create " + spec.name + " in time.");
  size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  if (result == nullptr) return Unavailable("KAFKA_UNAVAILABLE", rd_kafka_event_error_string(event.get()));
  const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(result, &count);
  rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return Ok();
  return Unavailable("KAFKA_UNAVAILABLE",
                     "Kafka did not create " + spec.name + ": " + rd_kafka_topic_result_error_string(results[0]));
}

}  // namespace

Result<std::vector<std::string>> ApplyTopics(const std::string& brokers, const std::vector<TopicSpec>& topics,
                                             Deadline deadline) {
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers.c_str()}, {"log_level", "3"}});
  char text[256];
  Owned<rd_kafka_t> kafka(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text));
  if (kafka == nullptr) return Internal("KAFKA_CLIENT", text);
  VEFA_TRY(auto existing, PartitionsByTopic(kafka.get(), deadline));
  std::vector<std::string> created;
  for (const TopicSpec& spec : topics) {
    auto found = existing.find(spec.name);
    if (found == existing.end()) {
      VEFA_TRY_OK(Create(kafka.get(), spec, deadline));
      created.push_back(spec.name);
    } else if (found->second != spec.partitions) {
      return Error{Code::kFailedPrecondition, "TOPIC_PARTITIONS",
                   spec.name + " has " + std::to_string(found->second) + " partitions, not " +
                       std::to_string(spec.partitions) + "; events of one key would change partition."};
    }
  }
  return created;
}

}  // namespace vefa::kafka
