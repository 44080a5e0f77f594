#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "libs/kafka/admin.h"
#include "libs/kafka/owned.h"
#include "libs/kafka/settings.h"

namespace vefa::kafka {
namespace {

using Resources = std::vector<Owned<rd_kafka_ConfigResource_t>>;
using Request = void (*)(rd_kafka_t*, rd_kafka_ConfigResource_t**, size_t, const rd_kafka_AdminOptions_t*,
                         rd_kafka_queue_t*);

Result<Owned<rd_kafka_t>> Open(const std::string& brokers) {
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers.c_str()}, {"log_level", "3"}});
  char text[256];
  Owned<rd_kafka_t> kafka(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text));
  if (kafka != nullptr) return kafka;
  rd_kafka_conf_destroy(conf);
  return Internal("KAFKA_CLIENT", text);
}

Error Refused(rd_kafka_resp_err_t error, const std::string& text) {
  if (error == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
    return {Code::kFailedPrecondition, "TOPIC_SETTINGS_UNSUPPORTED", "The broker does not speak of its topics' settings: " + text};
  return Unavailable("KAFKA_UNAVAILABLE", "Kafka does not answer about its topics' settings: " + text);
}

// Sends a request about resources and waits for its event.
Result<Owned<rd_kafka_event_t>> Ask(rd_kafka_t* kafka, Request request, const Resources& resources, Deadline deadline) {
  Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(kafka));
  std::vector<rd_kafka_ConfigResource_t*> list;
  for (const auto& resource : resources) list.push_back(resource.get());
  request(kafka, list.data(), list.size(), nullptr, queue.get());
  Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), static_cast<int>(deadline.Left().count())));
  if (event == nullptr) return Refused(RD_KAFKA_RESP_ERR__TIMED_OUT, "no answer in time");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Refused(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
  return event;
}

std::map<std::string, TopicSetting> SettingsOf(const rd_kafka_ConfigResource_t* resource) {
  std::map<std::string, TopicSetting> settings;
  size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    settings[rd_kafka_ConfigEntry_name(entries[i])] = {
        value == nullptr ? "" : value,
        rd_kafka_ConfigEntry_source(entries[i]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG};
  }
  return settings;
}

Result<TopicSettings> Describe(rd_kafka_t* kafka, const std::vector<std::string>& topics, Deadline deadline) {
  TopicSettings settings;
  if (topics.empty()) return settings;
  Resources resources;
  for (const std::string& topic : topics)
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  VEFA_TRY(auto event, Ask(kafka, &rd_kafka_DescribeConfigs, resources, deadline));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** answers =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(answers[i]);
    if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return Refused(error, std::string(rd_kafka_ConfigResource_name(answers[i])) + ": " + rd_kafka_err2str(error));
    settings[rd_kafka_ConfigResource_name(answers[i])] = SettingsOf(answers[i]);
  }
  return settings;
}

bool Differs(const TopicSpec& spec, const std::map<std::string, TopicSetting>& present) {
  return std::any_of(spec.settings.begin(), spec.settings.end(), [&](const auto& wanted) {
    auto found = present.find(wanted.first);
    return found == present.end() || found->second.value != wanted.second;
  });
}

// Kafka's request replaces everything that was set on a topic, so what is to stay is said again.
Owned<rd_kafka_ConfigResource_t> Change(const TopicSpec& spec, const std::map<std::string, TopicSetting>& present) {
  Owned<rd_kafka_ConfigResource_t> resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, spec.name.c_str()));
  std::map<std::string, std::string> all = spec.settings;
  for (const auto& [name, setting] : present) {
    if (setting.own) all.emplace(name, setting.value);
  }
  for (const auto& [name, value] : all) rd_kafka_ConfigResource_set_config(resource.get(), name.c_str(), value.c_str());
  return resource;
}

}  // namespace

Result<TopicSettings> ReadTopicSettings(const std::string& brokers, const std::vector<std::string>& topics,
                                        Deadline deadline) {
  VEFA_TRY(Owned<rd_kafka_t> kafka, Open(brokers));
  return Describe(kafka.get(), topics, deadline);
}

Result<std::vector<std::string>> ApplyTopicSettings(const std::string& brokers, const std::vector<TopicSpec>& topics,
                                                    Deadline deadline) {
  std::vector<std::string> changed;
  std::vector<std::string> names;
  for (const TopicSpec& spec : topics) {
    if (!spec.settings.empty()) names.push_back(spec.name);
  }
  VEFA_TRY(Owned<rd_kafka_t> kafka, Open(brokers));
  VEFA_TRY(TopicSettings present, Describe(kafka.get(), names, deadline));
  Resources changes;
  for (const TopicSpec& spec : topics) {
    auto found = present.find(spec.name);
    if (found == present.end() || !Differs(spec, found->second)) continue;
    changes.push_back(Change(spec, found->second));
    changed.push_back(spec.name);
  }
  if (changes.empty()) return changed;
  VEFA_TRY(auto event, Ask(kafka.get(), &rd_kafka_AlterConfigs, changes, deadline));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** answers =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(answers[i]);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return Refused(error, std::string(rd_kafka_ConfigResource_name(answers[i])) + ": " + rd_kafka_err2str(error));
  }
  return changed;
}

}  // namespace vefa::kafka
