// Whom an import made or changed, and how people are found by their points; of import_store.h.
#include "services/contact/importing/import_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

#define IMPORT_CHANGE_COLUMNS "SELECT h.contact_id, h.line, h.version, h.is_new, h.trace FROM contact_import_change h"

// Contact by contact: see contact_lock_by_external_ids.
const Statement kFindChanges{"import_change_find",
                             "SELECT x.* FROM unnest($3::uuid[]) AS i(id) CROSS JOIN LATERAL (" IMPORT_CHANGE_COLUMNS
                             " WHERE h.tenant_id = $1 AND h.import_id = $2 AND h.contact_id = i.id OFFSET 0) x"};
const Statement kNextChanges{"import_change_next",
                             IMPORT_CHANGE_COLUMNS " WHERE h.tenant_id = $1 AND h.import_id = $2 ORDER BY h.contact_id LIMIT $3"};
const Statement kStoreChanges{
    "import_change_store",
    "INSERT INTO contact_import_change AS h (tenant_id, import_id, contact_id, line, version, is_new, trace)"
    " SELECT $1, $2, i.* FROM unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bytea[])"
    "  AS i(contact_id, line, version, is_new, trace)"
    " ON CONFLICT (tenant_id, import_id, contact_id) DO UPDATE SET line = excluded.line, version = excluded.version,"
    "  trace = excluded.trace"};
const Statement kDropChanges{"import_change_drop",
                             "DELETE FROM contact_import_change WHERE tenant_id = $1 AND import_id = $2 AND contact_id <= $3"};
const Statement kForgetChanges{"import_change_forget", "DELETE FROM contact_import_change WHERE tenant_id = $1 AND contact_id = $2"};
// One by one along the index: see contact_lock_by_external_ids.
const Statement kLockMade{
    "import_made_lock",
    "SELECT x.* FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL (SELECT c.id, c.version, c.merged_into IS NOT NULL OR c.absorbed > 0"
    " FROM contact c WHERE c.tenant_id = $1 AND c.id = i.id AND c.erase_time IS NULL OFFSET 0 FOR UPDATE) x"};
const Statement kFindLinked{
    "import_linked",
    "SELECT i.id FROM unnest($2::uuid[]) AS i(id)"
    " WHERE EXISTS (SELECT 1 FROM affiliation a WHERE a.tenant_id = $1 AND a.contact_id = i.id)"
    " OR EXISTS (SELECT 1 FROM relationship r WHERE r.tenant_id = $1 AND r.from_party = 'contacts/' || i.id)"
    " OR EXISTS (SELECT 1 FROM relationship r WHERE r.tenant_id = $1 AND r.to_party = 'contacts/' || i.id)"
    " OR EXISTS (SELECT 1 FROM boundary b WHERE b.tenant_id = $1 AND b.about = 'contacts/' || i.id)"};
// Value by value along the index.
const Statement kPointOwners{
    "import_point_owners",
    "SELECT i.value, c.external_id FROM unnest($3::text[]) AS i(value) CROSS JOIN LATERAL"
    " (SELECT p.contact_id FROM contact_point p WHERE p.tenant_id = $1 AND p.kind = $2 AND p.value = i.value OFFSET 0) p"
    " CROSS JOIN LATERAL (SELECT k.external_id FROM contact k WHERE k.tenant_id = $1 AND k.id = p.contact_id"
    "  AND k.erase_time IS NULL AND k.merged_into IS NULL OFFSET 0) c"};
const Statement kLockMatches{"import_lock_matches", "SELECT pg_advisory_xact_lock(hashtextextended('contact_import ' || $1::uuid, 0))"};

Result<std::vector<ImportChange>> ReadChanges(const Rows& rows) {
  std::vector<ImportChange> changes;
  for (int i = 0; i < rows.size(); ++i) {
    ImportChange& change = changes.emplace_back(ImportChange{rows.Id(i, 0), rows.Int64(i, 1), rows.Int64(i, 2), rows.Bool(i, 3), {}});
    if (!change.trace.ParseFromString(rows.String(i, 4))) return Internal("TRACE_MALFORMED", "What an import changed cannot be read.");
  }
  return changes;
}

}  // namespace

Result<std::vector<ImportChange>> FindChanges(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& import,
                                              const std::vector<Uuid>& contacts) {
  VEFA_TRY(Rows rows, transaction.Execute(kFindChanges, Bound(tenant, import, contacts)));
  return ReadChanges(rows);
}

Result<std::vector<ImportChange>> NextChanges(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& import, int32_t size) {
  VEFA_TRY(Rows rows, transaction.Execute(kNextChanges, Bound(tenant, import, size)));
  return ReadChanges(rows);
}

postgres::Call StoreChangesCall(const Uuid& tenant, const Uuid& import, const std::vector<ImportChange>& changes) {
  std::vector<Uuid> contacts;
  std::vector<int64_t> lines, versions;
  std::vector<bool> news;
  std::vector<std::string> traces;
  for (const ImportChange& change : changes) {
    contacts.push_back(change.contact);
    lines.push_back(change.line);
    versions.push_back(change.version);
    news.push_back(change.is_new);
    traces.push_back(change.trace.SerializeAsString());
  }
  return {&kStoreChanges, Bound(tenant, import, contacts, lines, versions, news, postgres::BindBytes(traces))};
}

postgres::Call DropChangesCall(const Uuid& tenant, const Uuid& import, const Uuid& last) {
  return {&kDropChanges, Bound(tenant, import, last)};
}

Result<std::vector<MadeContact>> LockMade(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts) {
  std::vector<MadeContact> made;
  if (contacts.empty()) return made;
  VEFA_TRY(Rows rows, transaction.Execute(kLockMade, Bound(tenant, contacts)));
  for (int i = 0; i < rows.size(); ++i) made.push_back({rows.Id(i, 0), rows.Int64(i, 1), rows.Bool(i, 2)});
  return made;
}

Result<std::vector<Uuid>> FindLinked(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts) {
  std::vector<Uuid> linked;
  if (contacts.empty()) return linked;
  VEFA_TRY(Rows rows, transaction.Execute(kFindLinked, Bound(tenant, contacts)));
  for (int i = 0; i < rows.size(); ++i) linked.push_back(rows.Id(i, 0));
  return linked;
}

postgres::Call ForgetImportsCall(const Uuid& tenant, const Uuid& contact) { return {&kForgetChanges, Bound(tenant, contact)}; }

Result<std::vector<PointOwner>> FindPointOwners(postgres::Transaction& transaction, const Uuid& tenant, PointKind kind,
                                                const std::vector<std::string>& values) {
  VEFA_TRY(Rows rows, transaction.Execute(kPointOwners, Bound(tenant, static_cast<int16_t>(kind), values)));
  std::vector<PointOwner> owners;
  for (int i = 0; i < rows.size(); ++i) owners.push_back({rows.String(i, 0), rows.String(i, 1)});
  return owners;
}

Status LockPointMatches(postgres::Transaction& transaction, const Uuid& tenant) {
  VEFA_TRY_OK(transaction.Execute(kLockMatches, Bound(tenant)));
  return Ok();
}

}  // namespace vefa::contact
