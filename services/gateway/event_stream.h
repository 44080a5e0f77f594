#pragma once

#include <string>
#include <string_view>

#include "libs/http/exchange.h"
#include "services/gateway/caller.h"
#include "services/gateway/event_hub.h"

namespace vefa::gateway {

// GET /v1/events:stream: a tenant's events as they happen, as server-sent events. `id` is a cursor
// for Last-Event-ID, `event` the type, `data` vefa.event.v1.Event as JSON. What can no longer be
// given is an event `gap`. Without a cursor the last 100 events come first, or `?last=` so many. Runs on the exchange's
// own thread until the client leaves, does not read for too long, or its session ends.
class EventStream {
 public:
  EventStream(EventHub& hub, Sessions& sessions, CookiePolicy cookie, const Clock& clock)
      : hub_(hub), sessions_(sessions), cookie_(cookie), clock_(clock) {}

  void Run(http::Exchange& exchange);

 private:
  Status Serve(http::Exchange& exchange);
  Result<Caller> Admit(const http::Request& request);
  // Where the client wants to go on, and whether it missed something.
  Result<int64_t> Start(const http::Request& request, const Uuid& tenant, bool& gap);
  void Pump(http::Exchange& exchange, const Uuid& tenant, int64_t place);

  EventHub& hub_;
  Sessions& sessions_;
  const CookiePolicy cookie_;
  const Clock& clock_;
};

}  // namespace vefa::gateway
