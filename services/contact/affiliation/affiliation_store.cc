#include "services/contact/affiliation/affiliation_store.h"

#include "services/contact/affiliation/affiliation_events.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/party/party_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

#define AFFILIATION_COLUMNS                                                                                    \
  "id, contact_id, organization_id, role, title, department, valid_from, valid_to, is_primary, influence, version," \
  " create_time, update_time"

const Statement kInsertAffiliation{
    "affiliation_insert",
    "INSERT INTO affiliation (tenant_id, " AFFILIATION_COLUMNS ")"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
const Statement kUpdateAffiliation{
    "affiliation_update",
    "UPDATE affiliation SET role = $3, title = $4, department = $5, valid_from = $6, valid_to = $7, is_primary = $8,"
    " influence = $9, version = $10, update_time = $11 WHERE tenant_id = $1 AND id = $2"};
const Statement kGetAffiliation{"affiliation_get",
                                "SELECT " AFFILIATION_COLUMNS " FROM affiliation WHERE tenant_id = $1 AND id = $2"};
const Statement kHoldAffiliation{
    "affiliation_hold", "SELECT " AFFILIATION_COLUMNS " FROM affiliation WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"};
#define AFFILIATION_LIST(column, whose)                                                                     \
  "SELECT " AFFILIATION_COLUMNS " FROM affiliation WHERE tenant_id = $1 AND " column " = " whose " AND id > $3" \
  " AND ($4::date IS NULL OR (coalesce(valid_from, '-infinity') <= $4 AND coalesce(valid_to, 'infinity') >= $4))" \
  " ORDER BY id LIMIT $5"
// Of a survivor: those of its parts as well, as they were recorded.
const Statement kListByContact{
    "affiliation_list_contact",
    "WITH RECURSIVE " CONTACT_PARTS("$2", "$6") ", whole AS (SELECT $2::uuid AS person UNION ALL SELECT id FROM part)"
    " SELECT a.* FROM whole w CROSS JOIN LATERAL (" AFFILIATION_LIST("contact_id", "w.person") ") a ORDER BY a.id LIMIT $5"};
const Statement kListByOrganization{"affiliation_list_organization", AFFILIATION_LIST("organization_id", "$2")};

std::optional<int32_t> ReadDay(const Rows& rows, int i, int column) {
  if (rows.IsNull(i, column)) return std::nullopt;
  return rows.Date(i, column);
}

std::optional<postgres::Day> BindDay(const std::optional<int32_t>& day) {
  if (!day) return std::nullopt;
  return postgres::Day{*day};
}

Affiliation ReadAffiliation(const Rows& rows, int i) {
  return {rows.Id(i, 0),          rows.Id(i, 1),         rows.Id(i, 2),
          rows.String(i, 3),      rows.String(i, 4),     rows.String(i, 5),
          ReadDay(rows, i, 6),    ReadDay(rows, i, 7),   rows.Bool(i, 8),
          static_cast<int16_t>(rows.Int64(i, 9)), rows.Int64(i, 10), rows.Timestamp(i, 11), rows.Timestamp(i, 12)};
}

std::optional<Affiliation> FirstAffiliation(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ReadAffiliation(rows, 0);
}

// The row and its event.
Result<Affiliation> WriteAffiliation(postgres::Transaction& transaction, const Uuid& tenant, Affiliation affiliation,
                                     postgres::Call row, const char* type, const Clock& clock) {
  PartyEvent event{ResourceName("affiliations", affiliation.id), affiliation.version, type,
                   AffiliationPayload(affiliation, type)};
  std::vector<postgres::Call> calls;
  calls.push_back(std::move(row));
  calls.push_back(AppendCall(tenant, {std::move(event)}, affiliation.update_time, clock));
  auto written = transaction.ExecuteAll(std::move(calls));
  if (written.ok()) return affiliation;
  if (postgres::ConstraintOf(written.error()) == "affiliation_one_primary")
    return Error{Code::kFailedPrecondition, "PRIMARY_TAKEN",
                 "Another affiliation is this person's primary one on some of these days; make it none first."};
  return std::move(written).error();
}

}  // namespace

Error NoSuchAffiliation() { return NotFound("AFFILIATION_NOT_FOUND", "There is no such affiliation; check the name."); }

Result<Affiliation> CreateAffiliation(postgres::Transaction& transaction, const Uuid& tenant, Affiliation affiliation,
                                      const Clock& clock) {
  affiliation.id = NewUuidV7(clock);
  affiliation.version = 1;
  affiliation.create_time = affiliation.update_time = clock.Now();
  postgres::Call row{&kInsertAffiliation,
                     Bound(tenant, affiliation.id, affiliation.contact, affiliation.organization, affiliation.role,
                           affiliation.title.Reveal(), affiliation.department.Reveal(), BindDay(affiliation.valid_from),
                           BindDay(affiliation.valid_to), affiliation.primary, affiliation.influence, affiliation.version,
                           affiliation.create_time, affiliation.update_time)};
  return WriteAffiliation(transaction, tenant, std::move(affiliation), std::move(row), kAffiliationCreatedType, clock);
}

Result<std::optional<Affiliation>> FindAffiliation(postgres::Transaction& transaction, const Uuid& tenant,
                                                   const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kGetAffiliation, Bound(tenant, id)));
  return FirstAffiliation(rows);
}

Result<std::optional<Affiliation>> HoldAffiliation(postgres::Transaction& transaction, const Uuid& tenant,
                                                   const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kHoldAffiliation, Bound(tenant, id)));
  return FirstAffiliation(rows);
}

Result<Affiliation> ChangeAffiliation(postgres::Transaction& transaction, const Uuid& tenant, Affiliation after,
                                      const char* type, const Clock& clock) {
  ++after.version;
  after.update_time = clock.Now();
  postgres::Call row{&kUpdateAffiliation,
                     Bound(tenant, after.id, after.role, after.title.Reveal(), after.department.Reveal(),
                           BindDay(after.valid_from), BindDay(after.valid_to), after.primary, after.influence,
                           after.version, after.update_time)};
  return WriteAffiliation(transaction, tenant, std::move(after), std::move(row), type, clock);
}

Result<std::optional<Affiliation>> GetAffiliation(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                  Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kGetAffiliation, Bound(tenant, id), deadline));
  return FirstAffiliation(rows);
}

Result<std::vector<Affiliation>> ListAffiliations(postgres::Database& database, const Uuid& tenant,
                                                  const AffiliationPage& page, Deadline deadline) {
  bool by_contact = !page.contact.is_nil();
  postgres::Params params = Bound(tenant, by_contact ? page.contact : page.organization, page.after, BindDay(page.as_of_day),
                                  static_cast<int32_t>(page.size));
  if (by_contact) params.push_back(postgres::Bind(int32_t{kMergeLevelsMax}));
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), by_contact ? kListByContact : kListByOrganization, std::move(params),
                                   deadline));
  std::vector<Affiliation> affiliations;
  for (int i = 0; i < rows.size(); ++i) affiliations.push_back(ReadAffiliation(rows, i));
  return affiliations;
}

}  // namespace vefa::contact
