#pragma once

#include "services/gateway/api.h"
#include "services/gateway/feed/feed_calls.h"

namespace vefa::gateway {

// EventFeed's unary RPCs over REST. `calls` outlives the Api.
void AddFeedCalls(Api& api, FeedCalls& calls);

// Whether a request may wait for an event: it must not hold one of the few HTTP workers.
bool MayWait(const http::Request& head);

}  // namespace vefa::gateway
