#pragma once

#include "tests/bench/common/server.h"

namespace vefa::bench {

// The contact service as it is.
Server StartContact(const testing::TestDatabase& database);
// And with copies of what was read in Redis.
Server StartContactWithCopies(const testing::TestDatabase& database);
// The same door and the same writing, but one statement and one commit for each call.
Server StartStatement(const testing::TestDatabase& database);
// As most services do it: begin, insert, insert, append, commit, each a round trip.
Server StartTransaction(const testing::TestDatabase& database);
// What gRPC alone takes: the same message back.
Server StartEcho();

}  // namespace vefa::bench
