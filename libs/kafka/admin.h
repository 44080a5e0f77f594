#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa::kafka {

// A topic that has to exist.
struct TopicSpec {
  std::string name;
  int partitions = 24;
  int replication = 1;
  std::map<std::string, std::string> settings = {};  // `cleanup.policy` and the like; the broker's own unless named.
};

// Creates the topics that are missing; those that exist are left alone. FAILED_PRECONDITION
// `TOPIC_PARTITIONS` when one exists with another number of partitions, because the order per key
// hangs on it. Returns the names created.
Result<std::vector<std::string>> ApplyTopics(const std::string& brokers, const std::vector<TopicSpec>& topics,
                                             Deadline deadline);

// One setting of a topic.
struct TopicSetting {
  std::string value;
  bool own = false;  // Set on the topic itself, not inherited from the broker.
};
// By topic and name, every setting that is in force. A topic that does not exist is left out.
// FAILED_PRECONDITION `TOPIC_SETTINGS_UNSUPPORTED` when the broker cannot tell, which the in-memory stand-in cannot.
using TopicSettings = std::map<std::string, std::map<std::string, TopicSetting>>;
Result<TopicSettings> ReadTopicSettings(const std::string& brokers, const std::vector<std::string>& topics,
                                        Deadline deadline);

// Gives the topics the settings of their specs where they have others, and leaves alone what else was set
// on them. Topics that do not exist are left out. Returns the names changed. Errors as above.
Result<std::vector<std::string>> ApplyTopicSettings(const std::string& brokers, const std::vector<TopicSpec>& topics,
                                                    Deadline deadline);

}  // namespace vefa::kafka
