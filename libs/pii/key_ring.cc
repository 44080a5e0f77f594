#include "libs/pii/key_ring.h"

#include <algorithm>

#include "libs/base/check.h"

namespace vefa::pii {

KeyRing::KeyRing(Fetch fetch, std::chrono::milliseconds age_max, size_t keys_max)
    : fetch_(std::move(fetch)), age_max_(age_max), keys_max_(keys_max) {
  VEFA_CHECK(age_max_ <= kKeyAgeMax && keys_max_ > 0);
}

Result<std::unordered_map<Uuid, Key>> KeyRing::Get(const Uuid& tenant, const std::vector<Uuid>& key_ids,
                                                   Deadline deadline) {
  std::unordered_map<Uuid, Key> found;
  std::vector<Uuid> missing;
  {
    std::lock_guard lock(mutex_);
    SweepLocked();
    for (const Uuid& id : key_ids) {
      auto held = held_.find({tenant, id});
      if (held == held_.end()) {
        missing.push_back(id);
      } else if (held->second.key.has_value()) {
        found.emplace(id, *held->second.key);
      }
    }
  }
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  for (size_t begin = 0; begin < missing.size(); begin += kKeysPerFetch) {
    std::vector<Uuid> some(missing.begin() + static_cast<ptrdiff_t>(begin),
                           missing.begin() + static_cast<ptrdiff_t>(std::min(begin + kKeysPerFetch, missing.size())));
    // The age counts from before the question: a key destroyed while it was answered is not kept longer.
    Deadline until = Deadline::After(age_max_);
    VEFA_TRY(std::vector<Key> keys, fetch_(tenant, some, deadline));
    for (const Key& key : keys) found.emplace(key.id(), key);
    std::lock_guard lock(mutex_);
    for (const Uuid& id : some) {
      auto key = found.find(id);
      KeepLocked({tenant, id}, key == found.end() ? std::nullopt : std::optional<Key>(key->second), until);
    }
  }
  return found;
}

void KeyRing::Sweep() {
  std::lock_guard lock(mutex_);
  SweepLocked();
}

size_t KeyRing::size() const {
  std::lock_guard lock(mutex_);
  return held_.size();
}

void KeyRing::SweepLocked() {
  auto now = std::chrono::steady_clock::now();
  while (!by_age_.empty() && by_age_.begin()->first <= now) {
    held_.erase(by_age_.begin()->second);
    by_age_.erase(by_age_.begin());
  }
}

void KeyRing::KeepLocked(const Place& place, std::optional<Key> key, Deadline until) {
  auto held = held_.find(place);
  if (held != held_.end()) {
    // Another thread fetched the same meanwhile: the later question has the truer answer.
    if (held->second.age->first >= until.at()) return;
    by_age_.erase(held->second.age);
    held_.erase(held);
  }
  held_.emplace(place, Held{std::move(key), by_age_.emplace(until.at(), place)});
  if (held_.size() <= keys_max_) return;
  held_.erase(by_age_.begin()->second);
  by_age_.erase(by_age_.begin());
}

}  // namespace vefa::pii
