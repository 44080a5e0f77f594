#pragma once

#include "tests/bench/common/server.h"

namespace vefa::bench {

// Echoes of a contact by GetContact, each in a process of its own.

// One completion queue and one thread: the least that gRPC takes.
Server StartAsyncEcho();
// Through rpc::Serve as every RPC of ours: caller, permission, pool, tenant, trace, metrics.
Server StartServedEcho(const testing::TestDatabase& database);
// The same where the call arrives, as calls of a stage do.
Server StartServedHereEcho(const testing::TestDatabase& database);

}  // namespace vefa::bench
