#pragma once

#include "services/gateway/api.h"
#include "services/gateway/api_keys.h"

namespace vefa::gateway {

// ApiKeyService. Registers its RPCs; `keys` outlives the Api.
void AddApiKeyService(Api& api, ApiKeys& keys);

}  // namespace vefa::gateway
