// Lists and counts by a filter: the one place where a statement's text depends on what was asked. It is put together of
// texts of the program, and everything that was typed is a parameter; such a statement is prepared for each use and not
// kept (postgres::Statement::once), so the planner sees the values and takes the index that helps.
#include "services/contact/contact_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kFilteredCountMax = 1000;

std::vector<Uuid> IdsOf(const Rows& rows) {
  std::vector<Uuid> ids;
  for (int i = 0; i < rows.size(); ++i) ids.push_back(rows.Id(i, 0));
  return ids;
}

void Append(const Condition& condition, postgres::Params& params) {
  params.insert(params.end(), condition.params.begin(), condition.params.end());
}

}  // namespace

Result<std::vector<Uuid>> ListFiltered(postgres::Database& database, const Uuid& tenant, const filter::Filter& filter,
                                       const Owners& owners, const ContactPage& page, Deadline deadline) {
  std::string column = "c.external_id", key = "$3::text";
  if (page.order_by == "create_time") column = "c.create_time", key = "$3::text::timestamptz";
  if (page.order_by == "display_name") column = "c.display_name COLLATE \"tr-x-icu\"";
  const std::string direction = page.descending ? " DESC" : "";
  postgres::Params params = Bound(tenant, static_cast<int32_t>(page.size));
  for (const std::string& after : page.after) params.push_back(postgres::Bind(after));
  const Condition condition = ConditionOf(filter, params.size() + 1, owners);
  Append(condition, params);
  std::string sql = "SELECT c.id FROM contact c WHERE c.tenant_id = $1 AND " + condition.sql;
  if (!page.after.empty())
    sql += " AND (" + column + ", c.id) " + (page.descending ? "<" : ">") + " (" + key + ", $4::text::uuid)";
  sql += " ORDER BY " + column + direction + ", c.id" + direction + " LIMIT $2";
  const Statement statement{"contact_list_filtered", sql.c_str(), true};
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), statement, std::move(params), deadline));
  return IdsOf(rows);
}

Result<int32_t> CountFiltered(postgres::Database& database, const Uuid& tenant, const filter::Filter& filter, const Owners& owners,
                              Deadline deadline) {
  postgres::Params params = Bound(tenant, kFilteredCountMax);
  const Condition condition = ConditionOf(filter, params.size() + 1, owners);
  Append(condition, params);
  const std::string sql = "SELECT count(*) FROM (SELECT 1 FROM contact c WHERE c.tenant_id = $1 AND " + condition.sql + " LIMIT $2) x";
  const Statement statement{"contact_count_filtered", sql.c_str(), true};
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), statement, std::move(params), deadline));
  return rows.Int32(0, 0);
}

Result<std::unordered_set<Uuid>> FilterContacts(postgres::Database& database, const Uuid& tenant, const filter::Filter& filter,
                                                const Owners& owners, const std::vector<Uuid>& ids, Deadline deadline) {
  postgres::Params params = Bound(tenant, ids);
  const Condition condition = ConditionOf(filter, params.size() + 1, owners);
  Append(condition, params);
  const std::string sql = "SELECT c.id FROM contact c WHERE c.tenant_id = $1 AND c.id = ANY($2) AND " + condition.sql;
  const Statement statement{"contact_filter", sql.c_str(), true};
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), statement, std::move(params), deadline));
  std::vector<Uuid> kept = IdsOf(rows);
  return std::unordered_set<Uuid>(kept.begin(), kept.end());
}

}  // namespace vefa::contact
