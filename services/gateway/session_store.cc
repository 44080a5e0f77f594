#include "services/gateway/session_store.h"

namespace vefa::gateway {
namespace {

// How long an ended session can still be told from one that never was.
constexpr std::chrono::hours kKeepEnded(24 * 7);

const postgres::Statement kForget{"gateway_session_forget",
                                  "DELETE FROM session WHERE tenant_id = $1 AND user_id = $2 AND expire_time < $3"};
const postgres::Statement kInsertSession{
    "gateway_session_insert",
    "INSERT INTO session (tenant_id, token_hash, user_id, auth_revision, create_time, idle_expire_time, expire_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"};
const postgres::Statement kFindSession{
    "gateway_session_find",
    "WITH found AS ("
    "  SELECT s.token_hash, t.slug, u.id, u.email, u.display_name, u.role, s.expire_time, s.idle_expire_time,"
    "    s.auth_revision,"
    "    s.revoke_time IS NOT NULL OR s.expire_time <= $3 OR s.idle_expire_time <= $3 OR u.disabled"
    "    OR s.auth_revision <> u.auth_revision AS ended, " VEFA_SEEN_OWNERS " AS owners"
    "  FROM session s JOIN user_account u ON u.tenant_id = s.tenant_id AND u.id = s.user_id"
    "  JOIN tenant t ON t.id = s.tenant_id"
    "  WHERE s.tenant_id = $1 AND s.token_hash = $2),"
    " touched AS ("
    "  UPDATE session s SET idle_expire_time = $4 FROM found f"
    "  WHERE s.tenant_id = $1 AND s.token_hash = f.token_hash AND NOT f.ended AND f.idle_expire_time < $5)"
    " SELECT slug, id, email, display_name, role, expire_time, ended, auth_revision, owners FROM found"};
const postgres::Statement kRevokeSession{
    "gateway_session_revoke",
    "UPDATE session SET revoke_time = $3 WHERE tenant_id = $1 AND token_hash = $2 AND revoke_time IS NULL"};

}  // namespace

Status InsertSession(postgres::Database& database, const Session& session, const crypto::Digest& token_hash, Time now,
                     Time idle_expire, Deadline deadline) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kForget, postgres::Bound(session.tenant, session.user, now - kKeepEnded)});
  calls.push_back({&kInsertSession, postgres::Bound(session.tenant, postgres::Bytes{crypto::Bytes(token_hash)}, session.user,
                                             session.auth_revision, now, idle_expire, session.expire_time)});
  VEFA_TRY_OK(database.Run(postgres::Scope::Tenant(session.tenant), std::move(calls), deadline));
  return Ok();
}

Result<std::optional<StoredSession>> FindSession(postgres::Database& database, const Uuid& tenant,
                                                 const crypto::Digest& token_hash, Time now, Time idle_expire,
                                                 Time touch_before, Deadline deadline) {
  VEFA_TRY(postgres::Rows rows, database.Run(postgres::Scope::Tenant(tenant), kFindSession,
                                             postgres::Bound(tenant, postgres::Bytes{crypto::Bytes(token_hash)}, now,
                                                             idle_expire, touch_before),
                                             deadline));
  if (rows.empty()) return std::optional<StoredSession>();
  StoredSession stored;
  stored.session.tenant = tenant;
  stored.session.tenant_slug = rows.String(0, 0);
  stored.session.user = rows.Id(0, 1);
  stored.session.email = rows.String(0, 2);
  stored.session.display_name = rows.String(0, 3);
  stored.session.role = rows.String(0, 4);
  stored.session.expire_time = rows.Timestamp(0, 5);
  stored.ended = rows.Bool(0, 6);
  stored.session.auth_revision = rows.Int64(0, 7);
  stored.session.owners = ReadSeenOwners(rows, 0, 8);
  return std::optional<StoredSession>(std::move(stored));
}

Status RevokeSession(postgres::Database& database, const Uuid& tenant, const crypto::Digest& token_hash, Time now,
                     Deadline deadline) {
  VEFA_TRY_OK(database.Run(postgres::Scope::Tenant(tenant), kRevokeSession,
                           postgres::Bound(tenant, postgres::Bytes{crypto::Bytes(token_hash)}, now), deadline));
  return Ok();
}

}  // namespace vefa::gateway
