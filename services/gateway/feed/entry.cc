#include "services/gateway/feed/entry.h"

#include "services/gateway/feed/envelope.h"

namespace vefa::gateway {

const std::string& FeedEntry::Json(const CursorCodec& codec) const {
  std::call_once(made_, [&] {
    event::v1::Event event;
    // Written by this program's kind: only a broken disk makes it unreadable, and then the cursor still tells.
    static_cast<void>(event.ParseFromString(envelope));
    event.set_cursor(codec.Encode(tenant_, place_));
    json_ = EventJson(event);
  });
  return json_;
}

}  // namespace vefa::gateway
