#include "services/contact/suppression/suppression_store.h"

#include <algorithm>

#include "libs/rpc/page.h"

namespace vefa::contact {
namespace {

using postgres::BindBytes;
using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define SUPPRESSION_COLUMNS                                                                                       \
  "SELECT id, kind, address_hash, purpose, reason, source, actor, create_time, lift_time, lift_reason, lifted_by" \
  " FROM suppression WHERE tenant_id = $1"
#define SUPPRESSION_ONCE " ON CONFLICT (tenant_id, address_hash, purpose, reason) WHERE lift_time IS NULL DO NOTHING"

const Statement kAddSuppression{
    "suppressed_add",
    "INSERT INTO suppression (tenant_id, id, kind, address_hash, purpose, reason, source, actor, create_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" SUPPRESSION_ONCE};
const Statement kOpenSuppression{
    "suppressed_open",
    SUPPRESSION_COLUMNS " AND address_hash = $2 AND purpose = $3 AND reason = $4 AND lift_time IS NULL"};
const Statement kListSuppressions{"suppressed_list", SUPPRESSION_COLUMNS " AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement kListOpenSuppressions{
    "suppressed_list_open", SUPPRESSION_COLUMNS " AND id < $2 AND lift_time IS NULL ORDER BY id DESC LIMIT $3"};
const Statement kLiftSuppression{
    "suppressed_lift",
    "UPDATE suppression SET lift_time = $3, lift_reason = $4, lifted_by = $5 WHERE tenant_id = $1 AND id = $2 AND lift_time IS NULL"};
const Statement kGetSuppression{"suppressed_get", SUPPRESSION_COLUMNS " AND id = $2"};
// Address by address along the index, however many there are.
const Statement kFindSuppressions{
    "suppressed_find",
    "SELECT q.ord - 1, x.reason, x.create_time FROM unnest($2::bytea[], $3::text[]) WITH ORDINALITY AS q(address_hash, purpose, ord)"
    " CROSS JOIN LATERAL (SELECT s.reason, s.create_time FROM suppression s WHERE s.tenant_id = $1 AND s.address_hash = q.address_hash"
    "  AND (s.purpose = '' OR s.purpose = q.purpose) AND s.lift_time IS NULL OFFSET 0) x ORDER BY q.ord, x.reason"};
// Ids of ours for as many points as they can have; in the order of hashes, so that two erasures cannot wait for each other.
const Statement kSuppressErased{
    "suppressed_erased",
    "WITH known AS (SELECT DISTINCT p.address_hash, CASE p.kind WHEN 1 THEN 1 ELSE 2 END::smallint AS kind FROM contact_point p"
    "   WHERE p.tenant_id = $1 AND p.contact_id = ANY($2) AND p.address_hash IS NOT NULL),"
    " numbered AS (SELECT k.*, row_number() OVER (ORDER BY k.address_hash) AS ord FROM known k),"
    " forgotten AS (UPDATE contact SET email_hash = NULL, phone_hash = NULL WHERE tenant_id = $1 AND id = ANY($2)"
    "   AND (email_hash IS NOT NULL OR phone_hash IS NOT NULL))"
    " INSERT INTO suppression (tenant_id, id, kind, address_hash, purpose, reason, source, actor, create_time)"
    " SELECT $1, f.id, n.kind, n.address_hash, '', $4, $5, '', $6 FROM numbered n"
    " JOIN unnest($3::uuid[]) WITH ORDINALITY AS f(id, ord) USING (ord) ORDER BY n.address_hash" SUPPRESSION_ONCE};

Suppression ReadSuppression(const Rows& rows, int i) {
  Suppression one{rows.Id(i, 0), static_cast<PointKind>(rows.Int32(i, 1)), rows.String(i, 2), rows.String(i, 3),
                  static_cast<SuppressionReason>(rows.Int32(i, 4)), rows.String(i, 5), rows.String(i, 6), rows.Timestamp(i, 7), {},
                  rows.String(i, 9), rows.String(i, 10)};
  if (!rows.IsNull(i, 8)) one.lift_time = rows.Timestamp(i, 8);
  return one;
}

}  // namespace

Result<Suppression> AddSuppression(postgres::Database& database, const Uuid& tenant, const Suppression& one, Deadline deadline) {
  std::vector<postgres::Call> calls;
  const int16_t reason = static_cast<int16_t>(one.reason);
  calls.push_back({&kAddSuppression, Bound(tenant, one.id, static_cast<int16_t>(one.kind), Bytes{one.address_hash}, one.purpose, reason,
                                           one.source, one.actor, one.create_time)});
  calls.push_back({&kOpenSuppression, Bound(tenant, Bytes{one.address_hash}, one.purpose, reason)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(Scope::Tenant(tenant), std::move(calls), deadline));
  if (!rows[1].empty()) return ReadSuppression(rows[1], 0);
  return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same suppression is being lifted; try again."};
}

Result<std::vector<Suppression>> ListSuppressions(postgres::Database& database, const Uuid& tenant, const std::optional<Uuid>& before,
                                                  bool show_lifted, int size, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), show_lifted ? kListSuppressions : kListOpenSuppressions,
                                   Bound(tenant, before.value_or(rpc::AfterEveryId()), static_cast<int32_t>(size)), deadline));
  std::vector<Suppression> suppressions;
  for (int i = 0; i < rows.size(); ++i) suppressions.push_back(ReadSuppression(rows, i));
  return suppressions;
}

Result<Suppression> LiftSuppression(postgres::Database& database, const Uuid& tenant, const Suppression& lifted, Deadline deadline) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kLiftSuppression, Bound(tenant, lifted.id, lifted.lift_time, lifted.lift_reason, lifted.lifted_by)});
  calls.push_back({&kGetSuppression, Bound(tenant, lifted.id)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(Scope::Tenant(tenant), std::move(calls), deadline));
  if (rows[1].empty()) return NotFound("SUPPRESSION_NOT_FOUND", "There is no such suppression; check the name.");
  return ReadSuppression(rows[1], 0);
}

Result<std::vector<SuppressionFound>> FindSuppressions(postgres::Database& database, const Uuid& tenant,
                                                       const std::vector<SuppressionKey>& keys, Deadline deadline) {
  std::vector<std::string> hashes, purposes;
  for (const SuppressionKey& key : keys) {
    hashes.push_back(key.address_hash);
    purposes.push_back(key.purpose);
  }
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kFindSuppressions, Bound(tenant, BindBytes(hashes), purposes), deadline));
  std::vector<SuppressionFound> found(keys.size());
  for (int i = 0; i < rows.size(); ++i) {
    SuppressionFound& one = found[static_cast<size_t>(rows.Int64(i, 0))];
    const auto reason = static_cast<SuppressionReason>(rows.Int32(i, 1));
    const Time since = rows.Timestamp(i, 2);
    one.since = one.reasons.empty() ? since : std::min(one.since, since);
    // One reason may hold for every purpose and for this one.
    if (one.reasons.empty() || one.reasons.back() != reason) one.reasons.push_back(reason);
  }
  return found;
}

postgres::Call SuppressErasedCall(const Uuid& tenant, const std::vector<Uuid>& contacts, const std::string& source, const Clock& clock) {
  std::vector<Uuid> ids;
  for (size_t i = 0; i < contacts.size() * kPointsMax; ++i) ids.push_back(NewUuidV7(clock));
  return {&kSuppressErased,
          Bound(tenant, contacts, ids, static_cast<int16_t>(SuppressionReason::kErased), source, clock.Now())};
}

}  // namespace vefa::contact
