#include "services/contact/relationship/relationship_store.h"

#include "services/contact/relationship/relationship_rows.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kInsertRelationship{
    "relationship_insert",
    "INSERT INTO relationship (tenant_id, id, from_party, to_party, type, status, tier, manager_id, start_date, end_date,"
    " close_reason, unaccountable, version, create_time, update_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};
const Statement kUpdateRelationship{
    "relationship_update",
    "UPDATE relationship SET status = $3, tier = $4, manager_id = $5, start_date = $6, end_date = $7, close_reason = $8,"
    " unaccountable = $9, version = $10, update_time = $11 WHERE tenant_id = $1 AND id = $2"};
const Statement kFindRelationship{
    "relationship_find", "SELECT " RELATIONSHIP_COLUMNS " FROM relationship r WHERE r.tenant_id = $1 AND r.id = $2"};
const Statement kHoldRelationship{
    "relationship_hold",
    "SELECT " RELATIONSHIP_COLUMNS " FROM relationship r WHERE r.tenant_id = $1 AND r.id = $2 FOR NO KEY UPDATE OF r"};
const Statement kAccountable{"relationship_accountable",
                             "SELECT user_id FROM responsibility WHERE tenant_id = $1 AND relationship_id = $2"
                             " AND role = 1 AND to_time IS NULL"};
const Statement kAddResponsibility{
    "responsibility_add",
    "INSERT INTO responsibility (tenant_id, id, relationship_id, user_id, role, from_time, to_time, note)"
    " VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)"};
const Statement kEndResponsibility{
    "responsibility_end",
    "UPDATE responsibility SET to_time = $4 WHERE tenant_id = $1 AND relationship_id = $2 AND id = $3"};

std::optional<postgres::Day> DayOrNull(const std::optional<int32_t>& day) {
  if (!day) return std::nullopt;
  return postgres::Day{*day};
}

std::optional<Uuid> IdOrNull(const Uuid& id) {
  if (id.is_nil()) return std::nullopt;
  return id;
}

// The row, who is responsible, the events: one round trip.
Status WriteAll(postgres::Transaction& transaction, const Uuid& tenant, postgres::Call row,
                std::vector<postgres::Call> responsibilities, const std::vector<PartyEvent>& events, Time at,
                const Clock& clock) {
  std::vector<postgres::Call> calls;
  calls.push_back(std::move(row));
  for (postgres::Call& call : responsibilities) calls.push_back(std::move(call));
  calls.push_back(AppendCall(tenant, events, at, clock));
  auto written = transaction.ExecuteAll(std::move(calls));
  if (written.ok()) return Ok();
  if (postgres::ConstraintOf(written.error()) == "relationship_open_key")
    return Error{Code::kAlreadyExists, "RELATIONSHIP_OPEN",
                 "The two are this to each other already; change that relationship, or close it first."};
  return std::move(written).error();
}

}  // namespace

Error NoSuchRelationship() { return NotFound("RELATIONSHIP_NOT_FOUND", "There is no such relationship; check the name."); }

Result<std::optional<Relationship>> FindRelationship(postgres::Transaction& transaction, const Uuid& tenant,
                                                     const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kFindRelationship, Bound(tenant, id)));
  if (rows.empty()) return std::optional<Relationship>();
  return std::optional<Relationship>(ReadRelationship(rows, 0));
}

Result<std::optional<HeldRelationship>> HoldRelationship(postgres::Transaction& transaction, const Uuid& tenant,
                                                         const Uuid& id) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kHoldRelationship, Bound(tenant, id)});
  // A statement of its own: it sees what was committed while the first one waited.
  calls.push_back({&kAccountable, Bound(tenant, id)});
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll(std::move(calls)));
  if (rows[0].empty()) return std::optional<HeldRelationship>();
  return std::optional<HeldRelationship>({ReadRelationship(rows[0], 0), rows[1].empty() ? Uuid{} : rows[1].Id(0, 0)});
}

postgres::Call AddResponsibilityCall(const Uuid& tenant, const Responsibility& responsibility) {
  return {&kAddResponsibility,
          Bound(tenant, responsibility.id, responsibility.relationship, responsibility.user,
                static_cast<int16_t>(responsibility.role), responsibility.from_time, responsibility.note.Reveal())};
}

postgres::Call EndResponsibilityCall(const Uuid& tenant, const Responsibility& responsibility) {
  return {&kEndResponsibility,
          Bound(tenant, responsibility.relationship, responsibility.id, responsibility.to_time)};
}

Status InsertRelationship(postgres::Transaction& transaction, const Uuid& tenant, const Relationship& relationship,
                          std::vector<postgres::Call> responsibilities, const std::vector<PartyEvent>& events,
                          const Clock& clock) {
  postgres::Call row{&kInsertRelationship,
                     Bound(tenant, relationship.id, relationship.from.Name(), relationship.to.Name(), relationship.type,
                           static_cast<int16_t>(relationship.status), relationship.tier, IdOrNull(relationship.manager),
                           DayOrNull(relationship.start_day), DayOrNull(relationship.end_day), relationship.close_reason,
                           relationship.unaccountable, relationship.version, relationship.create_time,
                           relationship.update_time)};
  return WriteAll(transaction, tenant, std::move(row), std::move(responsibilities), events, relationship.update_time,
                  clock);
}

Status UpdateRelationship(postgres::Transaction& transaction, const Uuid& tenant, const Relationship& relationship,
                          std::vector<postgres::Call> responsibilities, const std::vector<PartyEvent>& events,
                          const Clock& clock) {
  postgres::Call row{&kUpdateRelationship,
                     Bound(tenant, relationship.id, static_cast<int16_t>(relationship.status), relationship.tier,
                           IdOrNull(relationship.manager), DayOrNull(relationship.start_day),
                           DayOrNull(relationship.end_day), relationship.close_reason, relationship.unaccountable,
                           relationship.version, relationship.update_time)};
  return WriteAll(transaction, tenant, std::move(row), std::move(responsibilities), events, relationship.update_time,
                  clock);
}

}  // namespace vefa::contact
