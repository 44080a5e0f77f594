#pragma once

#include <string>

#include "libs/base/result.h"
#include "services/ctl/json.h"

namespace vefa::ctl {

// The error in an `application/problem+json` body of the gateway; of any other body, the status.
Error ErrorFromProblem(int status, const std::string& body);
Error ErrorFromProblem(const Json& problem);

}  // namespace vefa::ctl
