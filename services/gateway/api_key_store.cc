#include "services/gateway/api_key_store.h"

#include <algorithm>

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define API_KEY_COLUMNS \
  "k.id, k.display_name, k.permissions, k.creator, k.token_hint, k.create_time, k.expire_time, k.last_use_time, k.revoke_time, k.team_id"

// Two at the same moment may pass the limit together by one.
const Statement kInsert{
    "api_key_insert",
    "INSERT INTO api_key (tenant_id, id, token_hash, token_hint, display_name, permissions, creator, create_time, expire_time,"
    "  request_id, request_hash, team_id)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $12, $13 WHERE (SELECT count(*) FROM api_key"
    "  WHERE tenant_id = $1 AND revoke_time IS NULL AND expire_time > $8) < $10"
    "  AND ($13::uuid IS NULL OR EXISTS (SELECT 1 FROM team WHERE tenant_id = $1 AND id = $13))"
    " ON CONFLICT (tenant_id, request_id) WHERE request_id IS NOT NULL DO NOTHING"};
const Statement kFindRequested{"api_key_find_requested",
                               "SELECT " API_KEY_COLUMNS ", k.request_hash = $3 FROM api_key k"
                               " WHERE k.tenant_id = $1 AND k.request_id = $2"};
const Statement kList{"api_key_list",
                      "SELECT " API_KEY_COLUMNS " FROM api_key k WHERE k.tenant_id = $1"
                      " AND least(k.revoke_time, k.expire_time) > $2 ORDER BY k.create_time DESC, k.id LIMIT 1000"};
const Statement kRevoke{"api_key_revoke",
                        "UPDATE api_key k SET revoke_time = coalesce(k.revoke_time, $3) WHERE k.tenant_id = $1 AND k.id = $2"
                        " RETURNING " API_KEY_COLUMNS};
const Statement kFind{
    "api_key_find",
    "WITH used AS ("
    "  UPDATE api_key SET last_use_time = $3 WHERE tenant_id = $1 AND token_hash = $2 AND revoke_time IS NULL"
    "    AND expire_time > $3 AND (last_use_time IS NULL OR last_use_time < $4))"
    // Itself first: it owns nobody, and the list is never empty, which would be everybody.
    " SELECT " API_KEY_COLUMNS ", t.slug, CASE WHEN k.team_id IS NOT NULL THEN array_prepend(k.id, ARRAY("
    "   SELECT m.user_id FROM team_member m WHERE m.tenant_id = k.tenant_id AND m.team_id = k.team_id)) END FROM api_key k JOIN tenant t ON t.id = k.tenant_id"
    " WHERE k.tenant_id = $1 AND k.token_hash = $2"};

std::optional<Time> MaybeTime(const Rows& rows, int row, int column) {
  return rows.IsNull(row, column) ? std::nullopt : std::optional(rows.Timestamp(row, column));
}

ApiKey Read(const Rows& rows, int row, const Uuid& tenant) {
  ApiKey key;
  key.tenant = tenant;
  key.id = rows.Id(row, 0);
  key.display_name = rows.String(row, 1);
  key.permissions = SplitWords(rows.Text(row, 2));
  key.creator = rows.String(row, 3);
  key.token_hint = rows.String(row, 4);
  key.create_time = rows.Timestamp(row, 5);
  key.expire_time = rows.Timestamp(row, 6);
  key.last_use_time = MaybeTime(rows, row, 7);
  key.revoke_time = MaybeTime(rows, row, 8);
  if (!rows.IsNull(row, 9)) key.team = rows.Id(row, 9);
  return key;
}

}  // namespace

std::string JoinWords(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    size_t blank = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return words;
}

Result<bool> InsertApiKey(postgres::Database& database, const ApiKey& key, const crypto::Digest& token_hash,
                          const std::optional<KeyRequest>& request, int64_t living_max, Deadline deadline) {
  std::optional<Uuid> request_id;
  postgres::Value request_hash = postgres::Bind(Bytes{});
  request_hash.is_null = !request.has_value();
  if (request) {
    request_id = request->id;
    request_hash = postgres::Bind(Bytes{crypto::Bytes(request->hash)});
  }
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(key.tenant), kInsert,
                                   Bound(key.tenant, key.id, Bytes{crypto::Bytes(token_hash)}, key.token_hint, key.display_name,
                                         JoinWords(key.permissions), key.creator, key.create_time, key.expire_time,
                                         living_max, request_id, request_hash, key.team),
                                   deadline));
  return rows.affected() == 1;
}

Result<std::optional<ApiKey>> FindRequestedApiKey(postgres::Database& database, const Uuid& tenant, const KeyRequest& request,
                                                  Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kFindRequested,
                                   Bound(tenant, request.id, Bytes{crypto::Bytes(request.hash)}), deadline));
  if (rows.empty()) return std::optional<ApiKey>();
  if (!rows.Bool(0, 10))
    return Violations({{"request_id", "REQUEST_ID_REUSED", "This id was used for another request; make a new one."}});
  return std::optional(Read(rows, 0, tenant));
}

Result<std::vector<ApiKey>> ListApiKeys(postgres::Database& database, const Uuid& tenant, Time ended_after,
                                        Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kList, Bound(tenant, ended_after), deadline));
  std::vector<ApiKey> keys;
  for (int i = 0; i < rows.size(); ++i) keys.push_back(Read(rows, i, tenant));
  return keys;
}

Result<std::optional<ApiKey>> RevokeApiKey(postgres::Database& database, const Uuid& tenant, const Uuid& id, Time now,
                                           Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kRevoke, Bound(tenant, id, now), deadline));
  return rows.empty() ? std::nullopt : std::optional(Read(rows, 0, tenant));
}

Result<std::optional<ApiKey>> FindApiKey(postgres::Database& database, const Uuid& tenant,
                                         const crypto::Digest& token_hash, Time now, Time noted_before,
                                         Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kFind,
                                   Bound(tenant, Bytes{crypto::Bytes(token_hash)}, now, noted_before), deadline));
  if (rows.empty()) return std::optional<ApiKey>();
  ApiKey key = Read(rows, 0, tenant);
  key.tenant_slug = rows.String(0, 10);
  key.owners = ReadSeenOwners(rows, 0, 11);
  return std::optional(std::move(key));
}

}  // namespace vefa::gateway
