// `vefactl topics apply --kafka BROKERS [--replication N]`.

#include <iostream>

#include "services/ctl/terminal.h"
#include "services/ctl/topics.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr std::chrono::seconds kTimeout(60);
// The order of events of one key hangs on this number: it is never changed.
constexpr int kPartitions = 24;

// The newest state of each key stays for ever, the ones before it a day or little more. That a subject was
// erased can be read for a week.
const std::map<std::string, std::string> kStateSettings = {{"cleanup.policy", "compact"},
                                                           {"delete.retention.ms", "604800000"},
                                                           {"min.cleanable.dirty.ratio", "0.1"},
                                                           {"max.compaction.lag.ms", "86400000"}};

}  // namespace

std::vector<kafka::TopicSpec> Topics() {
  std::vector<kafka::TopicSpec> topics;
  for (const char* service : {"contact", "interaction", "campaign", "notification"}) {
    topics.push_back({std::string("vefa.") + service + ".v1", kPartitions, 1});
    topics.push_back({std::string("vefa.") + service + ".state.v1", kPartitions, 1, kStateSettings});
  }
  topics.push_back({"vefa.dlq.v1", kPartitions, 1});
  return topics;
}

int TopicsApply(const TopicsApplyOptions& options) {
  Deadline deadline = Deadline::After(kTimeout);
  std::vector<kafka::TopicSpec> topics = Topics();
  for (kafka::TopicSpec& topic : topics) topic.replication = options.replication;
  auto created = kafka::ApplyTopics(options.kafka, topics, deadline);
  if (!created.ok()) return Fail(created.error());
  for (const std::string& name : *created) std::cout << "created " << name << "\n";
  auto changed = kafka::ApplyTopicSettings(options.kafka, Topics(), deadline);
  if (changed.ok()) {
    for (const std::string& name : *changed) std::cout << "set " << name << "\n";
    if (created->empty() && changed->empty()) std::cout << "every topic is there\n";
    return kOk;
  }
  if (changed.error().reason != "TOPIC_SETTINGS_UNSUPPORTED") return Fail(changed.error());
  std::cout << "the broker does not speak of its topics' settings; they stay as they are\n";
  return kOk;
}

}  // namespace vefa::ctl
