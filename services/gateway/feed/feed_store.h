#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/postgres/database.h"
#include "services/gateway/feed/cursor.h"
#include "services/gateway/feed/entry.h"

namespace vefa::gateway {

// Most events, and about the most bytes, that one reading brings.
inline constexpr int kFeedPageMax = 500;
inline constexpr int kFeedFew = 20;
inline constexpr int64_t kFeedPageBytes = 1 << 20;

// Events that follow each other without a gap.
struct FeedPage {
  FeedEntries entries;
  FeedPlace next;  // After the last of them; the place asked about, as it is called now, when there are none.
  FeedPlace head;  // After the newest event.
};

// How far a tenant's feed reaches.
struct FeedBounds {
  FeedPlace earliest;  // Before the oldest event kept.
  FeedPlace head;
};

// The feed as PostgreSQL keeps it, read as the `service` role. Thread-safe.
class FeedStore {
 public:
  FeedStore(postgres::Database& database, const CursorCodec& codec) : database_(database), codec_(codec) {}

  // What comes after a place; at most kFeedFew for who wants no more. OUT_OF_RANGE `CURSOR_EXPIRED`, `CURSOR_UNKNOWN`.
  Result<FeedPage> Read(const Uuid& tenant, const FeedPlace& after, Deadline deadline, bool few = false) const;
  // The place as it is called in the feed's present life. OUT_OF_RANGE `CURSOR_UNKNOWN`.
  Result<FeedPlace> Locate(const Uuid& tenant, const FeedPlace& place, Deadline deadline) const;
  Result<FeedBounds> Bounds(const Uuid& tenant, Deadline deadline) const;
  // NOT_FOUND `EVENT_NOT_FOUND`.
  Result<std::shared_ptr<const FeedEntry>> Find(const Uuid& tenant, const Uuid& event, Deadline deadline) const;

 private:
  Status CheckShared(const postgres::Rows& rows, const Uuid& tenant, const FeedPlace& place) const;

  postgres::Database& database_;
  const CursorCodec& codec_;
};

// The heads of many tenants' feeds at once, by the `pump` role; one without events is missing.
Result<std::vector<std::pair<Uuid, FeedPlace>>> ReadFeedHeads(postgres::Database& pump,
                                                              const std::vector<Uuid>& tenants, Deadline deadline);

}  // namespace vefa::gateway
