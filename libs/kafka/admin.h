#pragma once

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
};

// Creates the topics that are missing; those that exist are left alone. FAILED_PRECONDITION
// `TOPIC_PARTITIONS` when one exists with another number of partitions, because the order per key
// hangs on it. Returns the names created.
Result<std::vector<std::string>> ApplyTopics(const std::string& brokers, const std::vector<TopicSpec>& topics,
                                             Deadline deadline);

}  // namespace vefa::kafka
