#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libs/base/id.h"
#include "services/gateway/feed/cursor.h"

namespace vefa::gateway {

// One event of a tenant's feed. Shared by all who read it; immutable but for its JSON, which is made
// when the first asks for it. Thread-safe.
class FeedEntry {
 public:
  FeedEntry(const Uuid& tenant, FeedPlace place) : tenant_(tenant), place_(place) {}

  std::string type, subject, classification;
  std::string envelope;  // vefa.event.v1.Event without its cursor, serialised.

  const FeedPlace& place() const { return place_; }
  int64_t seq() const { return place_.seq; }
  // The event with its cursor, in proto JSON.
  const std::string& Json(const CursorCodec& codec) const;
  // About what it takes of memory, its JSON included.
  size_t Weight() const { return 512 + envelope.size() * 3; }

 private:
  const Uuid tenant_;
  const FeedPlace place_;
  mutable std::once_flag made_;
  mutable std::string json_;
};

using FeedEntries = std::vector<std::shared_ptr<const FeedEntry>>;

}  // namespace vefa::gateway
