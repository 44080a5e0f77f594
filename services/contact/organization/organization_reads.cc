// The reading half of organization_store.h.
#include "libs/base/text.h"
#include "libs/text/fold.h"
#include "services/contact/organization/organization_rows.h"
#include "services/contact/organization/organization_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kGetOrganization{
    "organization_get", "SELECT " ORGANIZATION_COLUMNS " FROM organization o WHERE o.tenant_id = $1 AND o.id = $2"};

// One text per order, of all and of one parent's. A search is a pattern that anything fits when nothing is searched.
#define ORGANIZATION_LIST(name, column, key, compare, direction)                                               \
  {"organization_list_" name, "SELECT " ORGANIZATION_COLUMNS " FROM organization o WHERE o.tenant_id = $1"     \
                              " AND (" column ", o.id) " compare " (" key ", $4::uuid)"                        \
                              " AND o.search_text LIKE $5 AND ($6::smallint = 0 OR o.state = $6)"              \
                              " ORDER BY " column direction ", o.id" direction " LIMIT $2"},                   \
  {"organization_list_" name "_parent",                                                                        \
   "SELECT " ORGANIZATION_COLUMNS " FROM organization o WHERE o.tenant_id = $1 AND o.parent_id = $7"           \
   " AND (" column ", o.id) " compare " (" key ", $4::uuid)"                                                   \
   " AND o.search_text LIKE $5 AND ($6::smallint = 0 OR o.state = $6)"                                         \
   " ORDER BY " column direction ", o.id" direction " LIMIT $2"}

const Statement kOrganizationLists[] = {
    ORGANIZATION_LIST("legal_name", "o.legal_name COLLATE \"tr-x-icu\"", "$3::text", ">", ""),
    ORGANIZATION_LIST("create_time", "o.create_time", "$3::timestamptz", ">", ""),
    ORGANIZATION_LIST("create_time_desc", "o.create_time", "$3::timestamptz", "<", " DESC")};

size_t OrderOf(const std::string& order_by) {
  return order_by == "create_time" ? 1 : order_by == "create_time desc" ? 2 : 0;
}

const Statement kAncestors{
    "organization_ancestors",
    "WITH RECURSIVE up AS (SELECT s.parent_id AS id, 1 AS level FROM organization s WHERE s.tenant_id = $1 AND s.id = $2"
    "  UNION ALL SELECT p.parent_id, u.level + 1 FROM up u JOIN organization p ON p.tenant_id = $1 AND p.id = u.id"
    "   WHERE u.level < $3)"
    " SELECT " ORGANIZATION_COLUMNS " FROM up JOIN organization o ON o.tenant_id = $1 AND o.id = up.id"
    " ORDER BY up.level DESC"};
// Level by level, so that a limit leaves out the lowest.
const Statement kDescendants{
    "organization_descendants",
    "WITH RECURSIVE down AS (SELECT $2::uuid AS id, 0 AS level"
    "  UNION ALL SELECT o.id, d.level + 1 FROM down d JOIN organization o ON o.tenant_id = $1 AND o.parent_id = d.id"
    "   WHERE d.level < $3)"
    " SELECT " ORGANIZATION_COLUMNS " FROM (SELECT id, level FROM down LIMIT $4) below"
    " JOIN organization o ON o.tenant_id = $1 AND o.id = below.id WHERE below.level > 0"
    " ORDER BY below.level, o.legal_name COLLATE \"tr-x-icu\", o.id"};

std::vector<Organization> ReadOrganizations(const Rows& rows) {
  std::vector<Organization> organizations;
  for (int i = 0; i < rows.size(); ++i) organizations.push_back(ReadOrganization(rows, i));
  return organizations;
}

}  // namespace

Result<std::vector<Organization>> ListOrganizations(postgres::Database& database, const Uuid& tenant,
                                                    const OrganizationPage& page, Deadline deadline) {
  const size_t order = OrderOf(page.order_by);
  // What goes before the first row: no name and the lowest id, or the earliest time, or the latest and the highest id.
  std::string key = order == 2 ? "9999-12-31" : "0001-01-01";
  Uuid id;
  if (order == 2) id.bytes.fill(0xFF);
  if (!page.after.empty()) {
    key = page.after[0];
    VEFA_TRY(id, Uuid::Parse(page.after[1]));
  }
  postgres::Params params = Bound(tenant, static_cast<int32_t>(page.size));
  if (order == 0) {
    params.push_back(postgres::Bind(page.after.empty() ? "" : key));
  } else {
    VEFA_TRY(Time time, ParseTime(key));
    params.push_back(postgres::Bind(time));
  }
  for (postgres::Value& value :
       Bound(id, "%" + text::FoldForLike(page.query) + "%", static_cast<int16_t>(page.state)))
    params.push_back(std::move(value));
  if (page.parent) params.push_back(postgres::Bind(*page.parent));
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kOrganizationLists[2 * order + (page.parent ? 1 : 0)],
                                   std::move(params), deadline));
  return ReadOrganizations(rows);
}

std::vector<std::string> OrganizationKeys(const Organization& organization, const std::string& order_by) {
  std::string id = organization.id.ToString();
  if (OrderOf(order_by) == 0) return {organization.legal_name.Reveal(), id};
  return {ToRfc3339(organization.create_time), id};
}

Result<std::optional<Organization>> GetOrganization(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                    Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kGetOrganization, Bound(tenant, id), deadline));
  if (rows.empty()) return std::optional<Organization>();
  return std::optional<Organization>(ReadOrganization(rows, 0));
}

Result<OrganizationFamily> GetFamily(postgres::Database& database, const Uuid& tenant, const Uuid& id, int levels,
                                     Deadline deadline) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kGetOrganization, Bound(tenant, id)});
  calls.push_back({&kAncestors, Bound(tenant, id, kTreeLevelsMax)});
  // Itself is the first, and one more than is shown tells whether there are more.
  calls.push_back({&kDescendants, Bound(tenant, id, static_cast<int32_t>(levels), kTreeShownMax + 2)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(postgres::Scope::Tenant(tenant), std::move(calls), deadline));
  OrganizationFamily family;
  if (rows[0].empty()) return family;
  family.self = ReadOrganization(rows[0], 0);
  family.ancestors = ReadOrganizations(rows[1]);
  family.descendants = ReadOrganizations(rows[2]);
  return family;
}

}  // namespace vefa::contact
