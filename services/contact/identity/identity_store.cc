#include "services/contact/identity/identity_store.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/contact/merge/merge_store.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// From the contact that has it up to the one that goes on.
const Statement kFindIdentities{
    "identity_find",
    "WITH RECURSIVE up AS (SELECT q.ord, c.id, c.merged_into, i.anonymous, 0 AS level"
    "   FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS q(source, value, ord)"
    "   JOIN contact_identity i ON i.tenant_id = $1 AND i.source = q.source AND i.value = q.value"
    "   JOIN contact c ON c.tenant_id = $1 AND c.id = i.contact_id"
    "  UNION ALL SELECT u.ord, c.id, c.merged_into, false, u.level + 1 FROM up u JOIN contact c ON c.tenant_id = $1 AND c.id = u.merged_into"
    "   WHERE u.level < $4)"
    " SELECT ord - 1, id, anonymous FROM up WHERE merged_into IS NULL"};
const Statement kCountIdentities{"identity_count", "SELECT count(*) FROM contact_identity WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kInsertIdentity{
    "identity_insert",
    "WITH changed AS (UPDATE contact SET version = version + 1 WHERE tenant_id = $1 AND id = $3 AND erase_time IS NULL"
    "   RETURNING id, version),"
    " stored AS (INSERT INTO contact_identity (tenant_id, id, contact_id, source, value, anonymous, create_time)"
    "   SELECT $1, $2, id, $4, $5, $6, $7 FROM changed),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || id, version, $8, 'identity.linked', $7, $9, NULL, $10") " FROM changed)"
    " SELECT version FROM changed, logged"};
const Statement kEndAnonymity{"identity_known", "UPDATE contact_identity SET anonymous = false WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kSourceOf{"identity_source", "SELECT source FROM contact_identity WHERE tenant_id = $1 AND contact_id = $2 AND id = $3 FOR UPDATE"};
const Statement kDeleteIdentity{
    "identity_delete",
    "WITH gone AS (DELETE FROM contact_identity WHERE tenant_id = $1 AND contact_id = $2 AND id = $3 RETURNING contact_id),"
    " changed AS (UPDATE contact c SET version = version + 1 FROM gone g WHERE c.tenant_id = $1 AND c.id = g.contact_id RETURNING c.id, c.version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || id, version, $4, 'identity.unlinked', $5, $6, NULL, $7") " FROM changed)"
    " SELECT version FROM changed, logged"};
// One row without an identity for a contact that has none.
const Statement kListIdentities{
    "identity_list",
    "WITH RECURSIVE " CONTACT_PARTS("$2", "$3") ", whole AS (SELECT $2::uuid AS id UNION ALL SELECT id FROM part)"
    " SELECT i.id, i.contact_id, i.source, i.value, i.anonymous, i.create_time FROM contact c LEFT JOIN LATERAL"
    " (SELECT x.* FROM whole w JOIN contact_identity x ON x.tenant_id = $1 AND x.contact_id = w.id) i ON true"
    " WHERE c.tenant_id = $1 AND c.id = $2 ORDER BY i.id"};
const Statement kForgetIdentities{"identity_forget", "DELETE FROM contact_identity WHERE tenant_id = $1 AND contact_id = $2"};

std::vector<std::optional<Identified>> ReadFound(const Rows& rows, size_t asked) {
  std::vector<std::optional<Identified>> found(asked);
  for (int i = 0; i < rows.size(); ++i) found[static_cast<size_t>(rows.Int64(i, 0))] = Identified{rows.Id(i, 1), rows.Bool(i, 2)};
  return found;
}

std::string LinkedPayload(const Identity& identity) {
  v1::ContactEvent event;
  event.mutable_identity_linked()->set_source(identity.source);
  event.mutable_identity_linked()->set_anonymous(identity.anonymous);
  return event.SerializeAsString();
}

}  // namespace

Result<std::vector<std::optional<Identified>>> FindIdentities(postgres::Database& database, const Uuid& tenant,
                                                              const std::vector<std::string>& sources,
                                                              const std::vector<std::string>& values, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kFindIdentities, Bound(tenant, sources, values, int32_t{kMergeLevelsMax}), deadline));
  return ReadFound(rows, sources.size());
}

Result<std::optional<Identified>> FindIdentity(postgres::Transaction& transaction, const Uuid& tenant, const Identity& identity) {
  VEFA_TRY(Rows rows, transaction.Execute(kFindIdentities, Bound(tenant, std::vector{identity.source}, std::vector{identity.value},
                                                                 int32_t{kMergeLevelsMax})));
  return ReadFound(rows, 1)[0];
}

Result<int64_t> InsertIdentity(postgres::Transaction& transaction, const Uuid& tenant, const Identity& identity, const Clock& clock) {
  VEFA_TRY(Rows count, transaction.Execute(kCountIdentities, Bound(tenant, identity.contact)));
  if (count.Int64(0, 0) >= kIdentitiesMax)
    return Error{Code::kFailedPrecondition, "IDENTITIES_TOO_MANY", "A contact has at most 50 identities; take one from it first."};
  const std::string payload = LinkedPayload(identity);
  auto rows = transaction.Execute(kInsertIdentity,
                                  Bound(tenant, identity.id, identity.contact, identity.source, identity.value, identity.anonymous,
                                        clock.Now(), NewUuidV7(clock), telemetry::CurrentTrace().traceparent(), Bytes{payload}));
  if (!rows.ok()) {
    // A twin gave it in between: read it again.
    if (postgres::ConstraintOf(rows.error()) == "contact_identity_once")
      return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same identity is being given; try again."};
    return std::move(rows).error();
  }
  if (rows->empty()) return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The contact is being erased; try again."};
  return rows->Int64(0, 0);
}

Status EndAnonymity(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact) {
  VEFA_TRY_OK(transaction.Execute(kEndAnonymity, Bound(tenant, contact)));
  return Ok();
}

Result<std::optional<int64_t>> DeleteIdentity(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, const Uuid& id,
                                              const Clock& clock) {
  VEFA_TRY(Rows source, transaction.Execute(kSourceOf, Bound(tenant, contact, id)));
  if (source.empty()) return std::optional<int64_t>();
  v1::ContactEvent event;
  event.mutable_identity_unlinked()->set_source(source.String(0, 0));
  const std::string payload = event.SerializeAsString();
  VEFA_TRY(Rows rows, transaction.Execute(kDeleteIdentity, Bound(tenant, contact, id, NewUuidV7(clock), clock.Now(),
                                                                 telemetry::CurrentTrace().traceparent(), Bytes{payload})));
  return rows.empty() ? std::optional<int64_t>() : std::optional<int64_t>(rows.Int64(0, 0));
}

Result<std::optional<std::vector<Identity>>> ListIdentities(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                            Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListIdentities, Bound(tenant, contact, int32_t{kMergeLevelsMax}), deadline));
  if (rows.empty()) return std::optional<std::vector<Identity>>();
  std::vector<Identity> identities;
  for (int i = 0; i < rows.size(); ++i) {
    if (rows.IsNull(i, 0)) continue;
    identities.push_back({rows.Id(i, 0), rows.Id(i, 1), rows.String(i, 2), rows.String(i, 3), rows.Bool(i, 4), rows.Timestamp(i, 5)});
  }
  return std::optional(std::move(identities));
}

postgres::Call ForgetIdentitiesCall(const Uuid& tenant, const Uuid& contact) { return {&kForgetIdentities, Bound(tenant, contact)}; }

}  // namespace vefa::contact
