#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "libs/pii/pii.h"

namespace vefa::pii {

// The longest a reader may keep a key: an erased person stays readable for so long in a reader's memory.
inline constexpr std::chrono::seconds kKeyAgeMax{60};
// Keys held at once, of all tenants; the oldest go first. About 3 MB.
inline constexpr size_t kKeysMax = 16384;
// Keys asked for in one fetch, as BatchGetPiiKeys allows.
inline constexpr size_t kKeysPerFetch = 1000;

// The keys a reader of boxes holds for a short while, fetched in batches. A destroyed key is forgotten when
// its age is up, and that it is gone is remembered as long. Owned by the reader; thread-safe. Two threads
// that miss the same key may both fetch it.
class KeyRing {
 public:
  // The keys that exist of those asked for, at most kKeysPerFetch, in any order.
  using Fetch = std::function<Result<std::vector<Key>>(const Uuid& tenant, const std::vector<Uuid>& key_ids,
                                                       Deadline deadline)>;

  // `age_max` is at most kKeyAgeMax, `keys_max` at least one.
  explicit KeyRing(Fetch fetch, std::chrono::milliseconds age_max = kKeyAgeMax, size_t keys_max = kKeysMax);

  // By id; those that are destroyed, or never were, are left out. Errors are those of the fetch.
  Result<std::unordered_map<Uuid, Key>> Get(const Uuid& tenant, const std::vector<Uuid>& key_ids, Deadline deadline);

  // Wipes what is older than its age; Get does so too. For a reader that pauses.
  void Sweep();
  // How many are held, those known to be gone included.
  size_t size() const;

 private:
  struct Place {
    Uuid tenant;
    Uuid key;
    bool operator==(const Place&) const = default;
  };
  struct Hash {
    size_t operator()(const Place& place) const {
      return std::hash<Uuid>()(place.tenant) * 31 + std::hash<Uuid>()(place.key);
    }
  };
  using ByAge = std::multimap<std::chrono::steady_clock::time_point, Place>;
  struct Held {
    std::optional<Key> key;  // Empty: it is gone.
    ByAge::iterator age;
  };
  void SweepLocked();
  void KeepLocked(const Place& place, std::optional<Key> key, Deadline until);

  const Fetch fetch_;
  const std::chrono::milliseconds age_max_;
  const size_t keys_max_;
  mutable std::mutex mutex_;
  std::unordered_map<Place, Held, Hash> held_;
  ByAge by_age_;  // Exactly the places of held_, by the moment each is forgotten.
};

}  // namespace vefa::pii
