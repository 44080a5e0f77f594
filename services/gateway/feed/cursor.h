#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::gateway {

// A place in a tenant's feed: after the event numbered `seq`. `life` is the incarnation of the
// database the number was given in; nil before a feed's first event. Place 0 is the beginning of every life.
struct FeedPlace {
  Uuid life;
  int64_t seq = 0;

  bool operator==(const FeedPlace&) const = default;
};

// Places as their readers hold them: base64url of version, tenant, life, number and a tag over them,
// so that nobody can make one up or carry one to another tenant. Pure, immutable, thread-safe.
class CursorCodec {
 public:
  // The tag's key is derived from the secret that gateways share.
  explicit CursorCodec(std::string_view secret);

  std::string Encode(const Uuid& tenant, const FeedPlace& place) const;
  // INVALID_ARGUMENT `CURSOR_MALFORMED`; PERMISSION_DENIED `CURSOR_FORGED` for one that was changed, signed with
  // another key, or made for another tenant.
  Result<FeedPlace> Decode(std::string_view text, const Uuid& tenant) const;

 private:
  std::string Tag(std::string_view body) const;

  const std::string key_;
};

// OUT_OF_RANGE `CURSOR_EXPIRED`: events after the cursor are no longer kept; `earliest` is where to go on.
Error CursorExpired(std::string earliest);
// OUT_OF_RANGE `CURSOR_UNKNOWN`: the cursor is ahead of the feed, or of another life of it; `resume` is the last
// place that both share.
Error CursorUnknown(std::string resume);

}  // namespace vefa::gateway
