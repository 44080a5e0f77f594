#include "services/contact/lifecycle/lifecycle_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;

constexpr int32_t kChangesMax = 1000;

const postgres::Statement kAddChange{
    "lifecycle_add",
    "INSERT INTO lifecycle_change (tenant_id, contact_id, contact_version, from_stage, to_stage, reason, actor, change_time, rule)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
const postgres::Statement kBeginTenure{
    "tenure_begin",
    "INSERT INTO customer_tenure (tenant_id, contact_id, customer_since, year_day)"
    " VALUES ($1, $2, $3, 32 * extract(month FROM $3 AT TIME ZONE 'UTC') + extract(day FROM $3 AT TIME ZONE 'UTC'))"
    " ON CONFLICT (tenant_id, contact_id) DO NOTHING"};
// One row without a step for a contact that has made none.
const postgres::Statement kChanges{
    "lifecycle_list",
    "SELECT l.from_stage, l.to_stage, l.reason, l.actor, l.contact_version, l.change_time, l.rule FROM contact c"
    " LEFT JOIN lifecycle_change l ON l.tenant_id = $1 AND l.contact_id = c.id WHERE c.tenant_id = $1 AND c.id = $2"
    " ORDER BY l.contact_version DESC LIMIT $3"};

}  // namespace

Status AddLifecycleChange(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact,
                          const LifecycleChange& change) {
  VEFA_TRY_OK(transaction.Execute(
      kAddChange, Bound(tenant, contact, change.contact_version, static_cast<int16_t>(change.from),
                        static_cast<int16_t>(change.to), change.reason, change.actor, change.change_time, change.rule)));
  if (IsCustomer(change.to)) VEFA_TRY_OK(transaction.Execute(kBeginTenure, Bound(tenant, contact, change.change_time)));
  return Ok();
}

Result<std::optional<std::vector<LifecycleChange>>> ListLifecycleChanges(postgres::Database& database, const Uuid& tenant,
                                                                         const Uuid& contact, Deadline deadline) {
  VEFA_TRY(postgres::Rows rows, database.Run(postgres::Scope::Tenant(tenant), kChanges,
                                             Bound(tenant, contact, kChangesMax), deadline));
  if (rows.empty()) return std::optional<std::vector<LifecycleChange>>();
  std::vector<LifecycleChange> changes;
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 0))
      changes.push_back({static_cast<LifecycleStage>(rows.Int64(i, 0)), static_cast<LifecycleStage>(rows.Int64(i, 1)),
                         rows.String(i, 2), rows.String(i, 3), rows.Int64(i, 4), rows.Timestamp(i, 5), rows.String(i, 6)});
  return std::optional(std::move(changes));
}

}  // namespace vefa::contact
