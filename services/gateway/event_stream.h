#pragma once

#include <string>
#include <string_view>

#include "libs/http/exchange.h"
#include "services/gateway/caller.h"
#include "services/gateway/feed/feed_calls.h"

namespace vefa::gateway {

// GET /v1/events:stream: a tenant's feed as server-sent events. `id` is the cursor, for Last-Event-ID; `event`
// the type, `data` vefa.event.v1.Event as JSON. An event `gap` says what can no longer be given and why; its `id`
// is where the stream goes on. Without a cursor the last 100 events come first, or `?last=` so many. Runs on the
// exchange's own thread until the client leaves, does not read for too long, or its session ends.
class EventStream {
 public:
  EventStream(FeedCalls& calls, Callers& callers, CookiePolicy cookie)
      : calls_(calls), callers_(callers), cookie_(cookie) {}

  void Run(http::Exchange& exchange);

 private:
  // What a request asks for.
  struct Wanted {
    FeedFilter filter;
    std::string after;
    int last;
  };
  static Result<Wanted> Read(const http::Request& request);
  Status Serve(http::Exchange& exchange);
  Result<Caller> Admit(const http::Request& request);
  void Pump(http::Exchange& exchange, FeedReader& reader);
  // The events of a page as text; a gap where the reader stands at what the feed no longer has.
  Result<std::string> Next(FeedReader& reader, FeedPlace& told);
  bool MayStay(const http::Request& request);

  FeedCalls& calls_;
  Callers& callers_;
  const CookiePolicy cookie_;
};

}  // namespace vefa::gateway
