#pragma once

#include <string>

#include "libs/postgres/database.h"
#include "services/gateway/api.h"

namespace vefa::gateway {

// SavedViewService. Registers its RPCs; all it is given outlives the Api. `secret` signs page tokens.
void AddSavedViewService(Api& api, postgres::Database& database, const Clock& clock, std::string secret);

}  // namespace vefa::gateway
