#include "services/contact/organization/organization_store.h"

#include "libs/text/fold.h"
#include "services/contact/organization/organization_events.h"
#include "services/contact/organization/organization_rows.h"
#include "services/contact/party/party_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kInsertOrganization{
    "organization_insert",
    "INSERT INTO organization (tenant_id, id, external_id, legal_name, brand_name, tax_no, mersis_no, trade_registry_no,"
    " is_merchant, industry, size, country, parent_id, state, search_text, version, create_time, update_time)"
    " VALUES ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"};
const Statement kUpdateOrganization{
    "organization_update",
    "UPDATE organization SET external_id = nullif($3, ''), legal_name = $4, brand_name = $5, tax_no = $6, mersis_no = $7,"
    " trade_registry_no = $8, is_merchant = $9, industry = $10, size = $11, country = $12, parent_id = $13, state = $14,"
    " search_text = $15, version = $16, create_time = $17, update_time = $18 WHERE tenant_id = $1 AND id = $2"};
// Two moves at once could close a circle that neither sees; one after the other they cannot.
const Statement kHoldTrees{"organization_hold_trees",
                           "SELECT pg_advisory_xact_lock(hashtextextended('organization.tree|' || $1::uuid, 0))"};
const Statement kHoldToUpdate{"organization_hold_update",
                              "SELECT " ORGANIZATION_COLUMNS
                              " FROM organization o WHERE o.tenant_id = $1 AND o.id = $2 FOR NO KEY UPDATE"};
const Statement kHoldToArchive{"organization_hold_archive",
                               "SELECT " ORGANIZATION_COLUMNS
                               " FROM organization o WHERE o.tenant_id = $1 AND o.id = $2 FOR UPDATE"};
// From an organisation up to its root.
const Statement kAbove{
    "organization_above",
    "WITH RECURSIVE up AS (SELECT o.id, o.parent_id, o.state, 1 AS level FROM organization o"
    "   WHERE o.tenant_id = $1 AND o.id = $2"
    "  UNION ALL SELECT o.id, o.parent_id, o.state, u.level + 1 FROM up u"
    "   JOIN organization o ON o.tenant_id = $1 AND o.id = u.parent_id WHERE u.level <= $3)"
    " SELECT id, state FROM up ORDER BY level"};
const Statement kHoldParent{"organization_hold_parent",
                            "SELECT state FROM organization WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE"};
// How many levels an organisation is high, itself included, and how many are in it.
const Statement kBelow{
    "organization_below",
    "WITH RECURSIVE down AS (SELECT $2::uuid AS id, 1 AS level"
    "  UNION ALL SELECT o.id, d.level + 1 FROM down d"
    "   JOIN organization o ON o.tenant_id = $1 AND o.parent_id = d.id WHERE d.level <= $3)"
    " SELECT max(level), count(*) FROM (SELECT level FROM down LIMIT $4) x"};

postgres::Params RowOf(const Uuid& tenant, const Organization& row) {
  std::string search = row.legal_name.Reveal() + " " + row.brand_name.Reveal() + " " + row.tax_no.Reveal() + " " +
                       row.mersis_no.Reveal() + " " + row.trade_registry_no.Reveal() + " " + row.external_id.Reveal();
  std::optional<Uuid> parent;
  if (!row.parent.is_nil()) parent = row.parent;
  return Bound(tenant, row.id, row.external_id.Reveal(), row.legal_name.Reveal(), row.brand_name.Reveal(),
               row.tax_no.Reveal(), row.mersis_no.Reveal(), row.trade_registry_no.Reveal(), row.is_merchant, row.industry,
               row.size, row.country, parent, static_cast<int16_t>(row.state), text::FoldForSearch(search), row.version,
               row.create_time, row.update_time);
}

// Whether it may stand below its parent; the trees are held.
Status CheckParent(postgres::Transaction& transaction, const Uuid& tenant, const Organization& organization) {
  VEFA_TRY(Rows parent, transaction.Execute(kHoldParent, Bound(tenant, organization.parent)));
  if (parent.empty()) return NotFound("PARENT_NOT_FOUND", "There is no such organisation to belong to; check its name.");
  if (static_cast<OrganizationState>(parent.Int64(0, 0)) == OrganizationState::kArchived)
    return Error{Code::kFailedPrecondition, "PARENT_ARCHIVED", "The organisation to belong to is archived; choose another."};
  VEFA_TRY(Rows rows, transaction.Execute(kAbove, Bound(tenant, organization.parent, kTreeLevelsMax)));
  std::vector<Uuid> above;
  for (int i = 0; i < rows.size(); ++i) above.push_back(rows.Id(i, 0));
  VEFA_TRY(Rows below, transaction.Execute(kBelow, Bound(tenant, organization.id, kTreeLevelsMax, kTreeMovedMax + 2)));
  VEFA_TRY_OK(CheckPlace(organization.id, above, below.Int32(0, 0)));
  if (below.Int64(0, 1) > kTreeMovedMax + 1)
    return Error{Code::kFailedPrecondition, "TREE_TOO_LARGE",
                 "More than 10,000 organisations are below this one; move them in parts."};
  return Ok();
}

// The row and its event.
Result<Organization> Write(postgres::Transaction& transaction, const Uuid& tenant, Organization organization,
                           const Statement& statement, const char* type, const Clock& clock) {
  PartyEvent event{ResourceName("organizations", organization.id), organization.version, type,
                   OrganizationPayload(organization, type)};
  std::vector<postgres::Call> calls;
  calls.push_back({&statement, RowOf(tenant, organization)});
  calls.push_back(AppendCall(tenant, {std::move(event)}, organization.update_time, clock));
  auto written = transaction.ExecuteAll(std::move(calls));
  if (written.ok()) return organization;
  if (postgres::ConstraintOf(written.error()) == "organization_external_id_key")
    return Error{Code::kAlreadyExists, "ORGANIZATION_EXTERNAL_ID_TAKEN",
                 "An organisation with this external id exists; update it instead."};
  return std::move(written).error();
}

}  // namespace

Error NoSuchOrganization() { return NotFound("ORGANIZATION_NOT_FOUND", "There is no such organisation; check the name."); }

Status HoldTrees(postgres::Transaction& transaction, const Uuid& tenant) {
  VEFA_TRY_OK(transaction.Execute(kHoldTrees, Bound(tenant)));
  return Ok();
}

Result<Organization> CreateOrganization(postgres::Transaction& transaction, const Uuid& tenant,
                                        Organization organization, const Clock& clock) {
  organization.id = NewUuidV7(clock);
  organization.version = 1;
  organization.state = OrganizationState::kActive;
  organization.create_time = organization.update_time = clock.Now();
  if (!organization.parent.is_nil()) {
    VEFA_TRY_OK(HoldTrees(transaction, tenant));
    VEFA_TRY_OK(CheckParent(transaction, tenant, organization));
  }
  return Write(transaction, tenant, std::move(organization), kInsertOrganization, kOrganizationCreatedType, clock);
}

Result<std::optional<Organization>> HoldOrganization(postgres::Transaction& transaction, const Uuid& tenant,
                                                     const Uuid& id, OrganizationHold hold) {
  const Statement& statement = hold == OrganizationHold::kToArchive ? kHoldToArchive : kHoldToUpdate;
  VEFA_TRY(Rows rows, transaction.Execute(statement, Bound(tenant, id)));
  if (rows.empty()) return std::optional<Organization>();
  return std::optional<Organization>(ReadOrganization(rows, 0));
}

Result<Organization> ChangeOrganization(postgres::Transaction& transaction, const Uuid& tenant, const Organization& before,
                                        Organization after, const char* type, const Clock& clock) {
  if (after.parent != before.parent && !after.parent.is_nil())
    VEFA_TRY_OK(CheckParent(transaction, tenant, after));
  after.version = before.version + 1;
  after.update_time = clock.Now();
  return Write(transaction, tenant, std::move(after), kUpdateOrganization, type, clock);
}

}  // namespace vefa::contact
