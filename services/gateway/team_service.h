#pragma once

#include "libs/postgres/database.h"
#include "services/gateway/api.h"

namespace vefa::gateway {

// TeamService and UserService: who is in a team with whom, and whose contacts each user sees. Registers their RPCs; all it is given outlives
// the Api.
void AddTeamService(Api& api, postgres::Database& database, const Clock& clock);

}  // namespace vefa::gateway
