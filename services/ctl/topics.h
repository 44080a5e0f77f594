#pragma once

#include <vector>

#include "libs/kafka/admin.h"

namespace vefa::ctl {

// The topics of a platform: a log and a topic of states per service, and what could not be applied.
std::vector<kafka::TopicSpec> Topics();

}  // namespace vefa::ctl
