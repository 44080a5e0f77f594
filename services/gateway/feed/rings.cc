#include "services/gateway/feed/rings.h"

#include <algorithm>

namespace vefa::gateway {

void FeedRings::Follow(const Uuid& tenant) {
  std::lock_guard lock(mutex_);
  Ring& ring = rings_[tenant];
  ++ring.followers;
  ring.used = ++uses_;
}

void FeedRings::Leave(const Uuid& tenant) {
  std::lock_guard lock(mutex_);
  auto found = rings_.find(tenant);
  if (--found->second.followers > 0) return;
  // It would go stale: nobody looks for what is new in it.
  weight_ -= found->second.weight;
  rings_.erase(found);
}

std::vector<FeedRings::Followed> FeedRings::AllFollowed() const {
  std::lock_guard lock(mutex_);
  std::vector<Followed> all;
  for (const auto& [tenant, ring] : rings_)
    all.push_back({tenant, ring.start ? std::optional(ring.Tail()) : std::nullopt});
  return all;
}

std::optional<FeedEntries> FeedRings::After(const Uuid& tenant, const FeedPlace& place, size_t most) {
  std::lock_guard lock(mutex_);
  auto found = rings_.find(tenant);
  if (found == rings_.end() || !found->second.start) return std::nullopt;
  Ring& ring = found->second;
  if (place.life != ring.start->life || place.seq < ring.start->seq) return std::nullopt;
  ring.used = ++uses_;
  FeedEntries entries;
  // Numbers have no gaps, so the first one wanted has its place in the ring.
  for (auto at = static_cast<size_t>(place.seq - ring.start->seq); at < ring.entries.size() && entries.size() < most;
       ++at)
    entries.push_back(ring.entries[at]);
  return entries;
}

void FeedRings::Extend(const Uuid& tenant, const FeedEntries& entries) {
  if (entries.empty()) return;
  std::lock_guard lock(mutex_);
  auto found = rings_.find(tenant);
  if (found == rings_.end()) return;
  Ring& ring = found->second;
  FeedPlace before{entries.front()->place().life, entries.front()->seq() - 1};
  if (!ring.start || ring.Tail() != before) BeginLocked(ring, before);
  for (const auto& entry : entries) {
    ring.entries.push_back(entry);
    ring.weight += entry->Weight();
    weight_ += entry->Weight();
  }
  while (ring.entries.size() > kRingEvents || ring.weight > kRingWeight) DropFrontLocked(ring);
  MakeRoomLocked(tenant);
}

void FeedRings::Begin(const Uuid& tenant, const FeedPlace& place) {
  std::lock_guard lock(mutex_);
  auto found = rings_.find(tenant);
  if (found != rings_.end()) BeginLocked(found->second, place);
}

void FeedRings::BeginLocked(Ring& ring, const FeedPlace& place) {
  weight_ -= ring.weight;
  ring.weight = 0;
  ring.entries.clear();
  ring.start = place;
}

void FeedRings::DropFrontLocked(Ring& ring) {
  size_t weight = ring.entries.front()->Weight();
  ring.start = ring.entries.front()->place();
  ring.entries.pop_front();
  ring.weight -= weight;
  weight_ -= weight;
}

void FeedRings::MakeRoomLocked(const Uuid& keep) {
  while (weight_ > kAllWeight) {
    auto oldest = rings_.end();
    for (auto it = rings_.begin(); it != rings_.end(); ++it)
      if (it->first != keep && it->second.weight > 0 &&
          (oldest == rings_.end() || it->second.used < oldest->second.used))
        oldest = it;
    if (oldest == rings_.end()) return;
    BeginLocked(oldest->second, oldest->second.Tail());
  }
}

}  // namespace vefa::gateway
