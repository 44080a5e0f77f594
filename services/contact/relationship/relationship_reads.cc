// The reading half of relationship_store.h.
#include "services/contact/merge/merge_store.h"
#include "services/contact/relationship/relationship_rows.h"
#include "services/contact/relationship/relationship_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kGetRelationship{
    "relationship_get", "SELECT " RELATIONSHIP_COLUMNS " FROM relationship r WHERE r.tenant_id = $1 AND r.id = $2"};

// One text per index that a list goes along; what else is asked for filters, and is 0, nil or false when it is not.
#define RELATIONSHIP_LIST(condition)                                                                                 \
  "SELECT " RELATIONSHIP_COLUMNS " FROM relationship r WHERE r.tenant_id = $1 AND r.id > $2"                          \
  " AND ($4::smallint = 0 OR r.status = $4)" condition " ORDER BY r.id LIMIT $3"
#define OF_TYPE_IF_ASKED " AND ($5::smallint = 0 OR r.type = $5)"
#define UNACCOUNTABLE_IF_ASKED " AND (NOT $7::boolean OR r.unaccountable)"
#define OF_MANAGER_IF_ASKED " AND ($6::uuid = '00000000-0000-0000-0000-000000000000' OR r.manager_id = $6)"

const Statement kListAll{"relationship_list", RELATIONSHIP_LIST("")};
const Statement kListByType{"relationship_list_type", RELATIONSHIP_LIST(" AND r.type = $5")};
const Statement kListByManager{"relationship_list_manager",
                               RELATIONSHIP_LIST(" AND r.manager_id = $6" OF_TYPE_IF_ASKED UNACCOUNTABLE_IF_ASKED)};
const Statement kListUnaccountable{"relationship_list_unaccountable",
                                   RELATIONSHIP_LIST(" AND r.unaccountable" OF_TYPE_IF_ASKED)};
// Of a contact into which others were merged: theirs as well, as they were recorded. One that joins two of them is in both halves, and shown once.
#define RELATIONSHIPS_OF(side)                                                                                   \
  "SELECT r.* FROM whole w CROSS JOIN LATERAL (SELECT * FROM relationship r WHERE r.tenant_id = $1 AND r." side " = w.party" \
  " AND r.id > $2 AND ($4::smallint = 0 OR r.status = $4)" OF_TYPE_IF_ASKED OF_MANAGER_IF_ASKED UNACCOUNTABLE_IF_ASKED       \
  " ORDER BY r.id LIMIT $3) r"
const Statement kListByParty{
    "relationship_list_party",
    "WITH RECURSIVE " CONTACT_PARTS("$9", "$10") ", whole AS (SELECT $8::text AS party UNION ALL SELECT 'contacts/' || id FROM part)"
    " SELECT " RELATIONSHIP_COLUMNS " FROM (SELECT DISTINCT ON (id) * FROM (" RELATIONSHIPS_OF("from_party") " UNION ALL "
    RELATIONSHIPS_OF("to_party") ") x ORDER BY id) r ORDER BY r.id LIMIT $3"};

const Statement kCountUnaccountable{"relationship_count_unaccountable",
                                    "SELECT count(*) FROM relationship WHERE unaccountable"};

#define RESPONSIBILITY_COLUMNS "id, relationship_id, user_id, role, from_time, to_time, note"
const Statement kFindResponsibility{"responsibility_find",
                                    "SELECT " RESPONSIBILITY_COLUMNS " FROM responsibility WHERE tenant_id = $1"
                                    " AND relationship_id = $2 AND user_id = $3 AND role = $4 AND to_time IS NULL"};
const Statement kListResponsibilities{"responsibility_list",
                                      "SELECT " RESPONSIBILITY_COLUMNS " FROM responsibility WHERE tenant_id = $1"
                                      " AND relationship_id = $2 AND ($3::boolean OR to_time IS NULL)"
                                      " ORDER BY id DESC LIMIT $4"};

Responsibility ReadResponsibility(const Rows& rows, int i) {
  return {rows.Id(i, 0),
          rows.Id(i, 1),
          rows.Id(i, 2),
          static_cast<ResponsibilityRole>(rows.Int64(i, 3)),
          rows.Timestamp(i, 4),
          rows.IsNull(i, 5) ? std::nullopt : std::optional<Time>(rows.Timestamp(i, 5)),
          rows.String(i, 6)};
}

}  // namespace

Result<std::optional<Responsibility>> FindResponsibility(postgres::Transaction& transaction, const Uuid& tenant,
                                                         const Uuid& relationship, const Uuid& user,
                                                         ResponsibilityRole role) {
  VEFA_TRY(Rows rows, transaction.Execute(kFindResponsibility,
                                          Bound(tenant, relationship, user, static_cast<int16_t>(role))));
  if (rows.empty()) return std::optional<Responsibility>();
  return std::optional<Responsibility>(ReadResponsibility(rows, 0));
}

Result<Responsibilities> ListResponsibilities(postgres::Database& database, const Uuid& tenant, const Uuid& relationship,
                                              bool include_ended, Deadline deadline) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kGetRelationship, Bound(tenant, relationship)});
  calls.push_back({&kListResponsibilities, Bound(tenant, relationship, include_ended, kResponsibilitiesShownMax)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(postgres::Scope::Tenant(tenant), std::move(calls), deadline));
  Responsibilities found{!rows[0].empty(), {}};
  for (int i = 0; i < rows[1].size(); ++i) found.all.push_back(ReadResponsibility(rows[1], i));
  return found;
}

Result<std::optional<Relationship>> GetRelationship(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                    Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kGetRelationship, Bound(tenant, id), deadline));
  if (rows.empty()) return std::optional<Relationship>();
  return std::optional<Relationship>(ReadRelationship(rows, 0));
}

Result<std::vector<Relationship>> ListRelationships(postgres::Database& database, const Uuid& tenant,
                                                    const RelationshipPage& page, Deadline deadline) {
  const Statement* statement = &kListAll;
  postgres::Params params =
      Bound(tenant, page.after, static_cast<int32_t>(page.size), static_cast<int16_t>(page.status));
  const bool of_manager = !page.party.empty() || !page.manager.is_nil();
  if (of_manager || page.unaccountable || page.type != 0) {
    statement = page.unaccountable ? &kListUnaccountable : &kListByType;
    params.push_back(postgres::Bind(page.type));
  }
  if (of_manager) {
    statement = &kListByManager;
    params.push_back(postgres::Bind(page.manager));
    params.push_back(postgres::Bind(page.unaccountable));
  }
  if (!page.party.empty()) {
    statement = &kListByParty;
    params.push_back(postgres::Bind(page.party));
    auto contact = ParseResourceName("contacts", page.party);
    params.push_back(postgres::Bind(contact.ok() ? *contact : Uuid{}));
    params.push_back(postgres::Bind(int32_t{kMergeLevelsMax}));
  }
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), *statement, std::move(params), deadline));
  std::vector<Relationship> relationships;
  for (int i = 0; i < rows.size(); ++i) relationships.push_back(ReadRelationship(rows, i));
  return relationships;
}

Result<int64_t> CountUnaccountable(postgres::Database& pump, Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(postgres::Scope::EveryTenant(), kCountUnaccountable, {}, deadline));
  return rows.Int64(0, 0);
}

}  // namespace vefa::contact
