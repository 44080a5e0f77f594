#pragma once

#include "services/gateway/api.h"
#include "services/gateway/sessions.h"

namespace vefa::gateway {

// SessionService: sign-in, the present session, sign-out. Registers its RPCs; `sessions` outlives
// the Api. `events_volatile` tells that events do not survive a restart.
void AddSessionService(Api& api, Sessions& sessions, CookiePolicy cookie, bool events_volatile);

}  // namespace vefa::gateway
