#include "services/gateway/feed/subscription_store.h"

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;

const postgres::Statement kFindSubscription{
    "subscription_find",
    "SELECT name, incarnation, seq, update_time FROM feed_subscription WHERE tenant_id = $1 AND name = $2"};
const postgres::Statement kListSubscriptions{
    "subscription_list",
    "SELECT name, incarnation, seq, update_time FROM feed_subscription WHERE tenant_id = $1 ORDER BY name"};
const postgres::Statement kDelete{"subscription_delete",
                                  "DELETE FROM feed_subscription WHERE tenant_id = $1 AND name = $2"};

// One at a time makes subscriptions of a tenant, so that the count holds.
const postgres::Statement kLock{"subscription_lock",
                                "SELECT pg_advisory_xact_lock(hashtextextended('feed_subscription ' || $1::uuid, 0))"};
// A place never goes back by itself, but for one that the feed no longer has: of a life that ended before it.
const postgres::Statement kCommit{"subscription_commit",
                                  "INSERT INTO feed_subscription AS s (tenant_id, name, incarnation, seq)"
                                  " SELECT $1, $2, $3, $4"
                                  " WHERE EXISTS (SELECT 1 FROM feed_subscription WHERE tenant_id = $1 AND name = $2)"
                                  "    OR (SELECT count(*) FROM feed_subscription WHERE tenant_id = $1) < $6"
                                  " ON CONFLICT (tenant_id, name) DO UPDATE"
                                  " SET incarnation = excluded.incarnation, seq = excluded.seq, update_time = now()"
                                  " WHERE $5 OR s.seq <= excluded.seq"
                                  "    OR s.seq > least((SELECT min(l.begin_seq) FROM feed_life l"
                                  "                      WHERE l.tenant_id = $1 AND l.incarnation > s.incarnation),"
                                  "                     (SELECT t.seq FROM feed_tenant t WHERE t.tenant_id = $1))"
                                  " RETURNING name, incarnation, seq, update_time"};

StoredSubscription At(const Rows& rows, int row) {
  return {rows.String(row, 0), {rows.Id(row, 1), rows.Int64(row, 2)}, rows.Timestamp(row, 3)};
}

}  // namespace

Result<std::optional<StoredSubscription>> SubscriptionStore::Find(const Uuid& tenant, const std::string& id,
                                                                  Deadline deadline) const {
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kFindSubscription, Bound(tenant, id), deadline));
  return rows.empty() ? std::nullopt : std::optional(At(rows, 0));
}

Result<std::vector<StoredSubscription>> SubscriptionStore::List(const Uuid& tenant, Deadline deadline) const {
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kListSubscriptions, Bound(tenant), deadline));
  std::vector<StoredSubscription> all;
  for (int i = 0; i < rows.size(); ++i) all.push_back(At(rows, i));
  return all;
}

Result<StoredSubscription> SubscriptionStore::Commit(const Uuid& tenant, const std::string& id, const FeedPlace& place,
                                                     bool rewind, Deadline deadline) const {
  VEFA_TRY(auto done,
           database_.Run(
               Scope::Tenant(tenant),
               {{&kLock, Bound(tenant)},
                {&kCommit, Bound(tenant, id, place.life, place.seq, rewind, static_cast<int64_t>(kSubscriptionsMax))}},
               deadline));
  if (!done.back().empty()) return At(done.back(), 0);
  VEFA_TRY(auto present, Find(tenant, id, deadline));
  if (present)
    return Error{Code::kFailedPrecondition, "COMMIT_BEHIND",
                 "The subscription stands further on than this cursor; say `rewind` to go back."};
  return Error{Code::kResourceExhausted, "TOO_MANY_SUBSCRIPTIONS",
               "A tenant has at most 100 subscriptions; delete one that nobody uses."};
}

Status SubscriptionStore::Delete(const Uuid& tenant, const std::string& id, Deadline deadline) const {
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kDelete, Bound(tenant, id), deadline));
  if (rows.affected() > 0) return Ok();
  return NotFound("SUBSCRIPTION_NOT_FOUND", "There is no such subscription; list them to see their names.");
}

}  // namespace vefa::gateway
