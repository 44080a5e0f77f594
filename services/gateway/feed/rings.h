#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "libs/base/id.h"
#include "services/gateway/feed/entry.h"

namespace vefa::gateway {

// The newest events of the tenants somebody follows, so that many who follow one tenant cost one
// reading. Holds only what was read from PostgreSQL after its commit, in the order of its numbers without
// a gap. Bounded per tenant and in all. Thread-safe.
class FeedRings {
 public:
  static constexpr size_t kRingEvents = 1000;
  static constexpr size_t kRingWeight = 8 << 20;
  // Beyond, those unused longest are emptied; their readers ask PostgreSQL.
  static constexpr size_t kAllWeight = 64 << 20;

  // Somebody follows a tenant, or no longer does.
  void Follow(const Uuid& tenant);
  void Leave(const Uuid& tenant);
  // Tenants somebody follows, and up to where their rings reach; nothing for a ring that knows no place yet.
  struct Followed {
    Uuid tenant;
    std::optional<FeedPlace> tail;
  };
  std::vector<Followed> AllFollowed() const;

  // What comes after a place, at most `most`; empty at the end of the ring. Nothing when the ring does not
  // reach back to the place, or is of another life: then only PostgreSQL can tell.
  std::optional<FeedEntries> After(const Uuid& tenant, const FeedPlace& place, size_t most);
  // Goes on where the ring ends; entries that do not are a ring begun anew.
  void Extend(const Uuid& tenant, const FeedEntries& entries);
  // Begins a ring anew, after a place.
  void Begin(const Uuid& tenant, const FeedPlace& place);

 private:
  struct Ring {
    int followers = 0;
    std::optional<FeedPlace> start;  // Before the oldest entry held.
    std::deque<std::shared_ptr<const FeedEntry>> entries;
    size_t weight = 0;
    int64_t used = 0;
    FeedPlace Tail() const { return entries.empty() ? *start : entries.back()->place(); }
  };
  void BeginLocked(Ring& ring, const FeedPlace& place);
  void DropFrontLocked(Ring& ring);
  void MakeRoomLocked(const Uuid& keep);

  mutable std::mutex mutex_;
  std::map<Uuid, Ring> rings_;
  size_t weight_ = 0;
  int64_t uses_ = 0;
};

}  // namespace vefa::gateway
