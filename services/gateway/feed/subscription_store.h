#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/gateway/feed/cursor.h"

namespace vefa::gateway {

// Most managed subscriptions of a tenant.
inline constexpr int kSubscriptionsMax = 100;

// How far a reader with a name has come.
struct StoredSubscription {
  std::string id;  // Without `subscriptions/`.
  FeedPlace place;
  Time update_time;
};

// The places that the feed keeps for its readers. Thread-safe.
class SubscriptionStore {
 public:
  explicit SubscriptionStore(postgres::Database& database) : database_(database) {}

  Result<std::optional<StoredSubscription>> Find(const Uuid& tenant, const std::string& id, Deadline deadline) const;
  Result<std::vector<StoredSubscription>> List(const Uuid& tenant, Deadline deadline) const;
  // Stores a place of the feed's present life, making the subscription when it is not there. FAILED_PRECONDITION
  // `COMMIT_BEHIND` for a place before the one stored, unless `rewind`; RESOURCE_EXHAUSTED `TOO_MANY_SUBSCRIPTIONS`.
  Result<StoredSubscription> Commit(const Uuid& tenant, const std::string& id, const FeedPlace& place, bool rewind,
                                    Deadline deadline) const;
  // NOT_FOUND `SUBSCRIPTION_NOT_FOUND`.
  Status Delete(const Uuid& tenant, const std::string& id, Deadline deadline) const;

 private:
  postgres::Database& database_;
};

}  // namespace vefa::gateway
