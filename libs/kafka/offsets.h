#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/kafka/consumer.h"

namespace vefa::kafka {

// The first and the next offset of a partition.
struct OffsetRange {
  int64_t low = 0;
  int64_t high = 0;
};

// Where every partition of these topics begins and ends now; a topic that is not there has none.
// UNAVAILABLE `KAFKA_UNAVAILABLE` when the brokers do not answer before the deadline.
Result<std::map<Partition, OffsetRange>> ReadOffsets(const std::string& brokers, const std::vector<std::string>& topics,
                                                     Deadline deadline);

}  // namespace vefa::kafka
