#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/ctl/api.h"

namespace vefa::ctl {

// The most that one batchGet takes.
inline constexpr size_t kContactNamesMax = 1000;

// The resource names of contacts by external id, at most kContactNamesMax; those that do not
// exist are left out.
Result<std::map<std::string, std::string>> ContactNames(Api& api, const std::vector<std::string>& external_ids);

}  // namespace vefa::ctl
