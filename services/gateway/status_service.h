#pragma once

#include <vector>

#include "libs/rpc/principal.h"
#include "services/gateway/api.h"
#include "services/gateway/upstream.h"

namespace vefa::gateway {

// StatusService: asks every service about its event log at once; one that does not answer in time
// is UNREACHABLE, not an error.
void AddStatusService(Api& api, std::vector<Upstream*> services, const rpc::PrincipalKey& key, bool events_volatile);

}  // namespace vefa::gateway
