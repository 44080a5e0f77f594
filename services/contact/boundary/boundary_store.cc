#include "services/contact/boundary/boundary_store.h"

#include "services/contact/boundary/boundary_events.h"
#include "services/contact/boundary/boundary_rows.h"
#include "services/contact/party/party_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kInsertBoundary{
    "boundary_insert",
    "INSERT INTO boundary (tenant_id, id, about, rule, reason, set_by, valid_from, valid_to, version, create_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)"};
// Who sets one waits for who sets another about the same, so that the count is right.
const Statement kHoldAbout{"boundary_hold_about",
                           "SELECT pg_advisory_xact_lock(hashtextextended('boundary|' || $1::uuid || $2::text, 0))"};
const Statement kCountStanding{"boundary_count",
                               "SELECT count(*) FROM boundary WHERE tenant_id = $1 AND about = $2 AND lift_time IS NULL"};
const Statement kHoldBoundary{"boundary_hold", "SELECT " BOUNDARY_COLUMNS
                                               " FROM boundary b WHERE b.tenant_id = $1 AND b.id = $2 FOR NO KEY UPDATE"};
const Statement kLiftBoundary{"boundary_lift",
                              "UPDATE boundary SET lift_time = $3, lifted_by = $4, version = $5"
                              " WHERE tenant_id = $1 AND id = $2"};
const Statement kGetBoundary{"boundary_get",
                             "SELECT " BOUNDARY_COLUMNS " FROM boundary b WHERE b.tenant_id = $1 AND b.id = $2"};
const Statement kListBoundaries{"boundary_list",
                                "SELECT " BOUNDARY_COLUMNS " FROM boundary b WHERE b.tenant_id = $1 AND b.id > $2"
                                " AND ($3::boolean OR b.lift_time IS NULL) ORDER BY b.id LIMIT $4"};
const Statement kListAbout{"boundary_list_about",
                           "SELECT " BOUNDARY_COLUMNS " FROM boundary b WHERE b.tenant_id = $1 AND b.about = $5"
                           " AND b.id > $2 AND ($3::boolean OR b.lift_time IS NULL) ORDER BY b.id LIMIT $4"};

std::optional<Boundary> FirstBoundary(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ReadBoundaryRow(rows, 0);
}

}  // namespace

Error NoSuchBoundary() { return NotFound("BOUNDARY_NOT_FOUND", "There is no such boundary; check the name."); }

Result<Boundary> SetBoundary(postgres::Transaction& transaction, const Uuid& tenant, Boundary boundary,
                             const Clock& clock) {
  const std::string about = boundary.about.Name();
  VEFA_TRY_OK(transaction.Execute(kHoldAbout, Bound(tenant, about)));
  VEFA_TRY(Rows standing, transaction.Execute(kCountStanding, Bound(tenant, about)));
  if (standing.Int64(0, 0) >= kBoundariesMax)
    return Error{Code::kFailedPrecondition, "TOO_MANY_BOUNDARIES",
                 "200 boundaries about this stand already; lift those that are of no use any more."};
  boundary.id = NewUuidV7(clock);
  boundary.version = 1;
  boundary.create_time = clock.Now();
  const std::string rule = boundary.rule.SerializeAsString();
  std::vector<postgres::Call> calls;
  calls.push_back({&kInsertBoundary,
                   Bound(tenant, boundary.id, about, postgres::Bytes{rule}, boundary.reason.Reveal(), boundary.set_by,
                         boundary.valid_from, boundary.valid_to, boundary.create_time)});
  calls.push_back(AppendCall(tenant, {{ResourceName("boundaries", boundary.id), 1, kBoundarySetType,
                                       BoundarySetPayload(boundary)}},
                             boundary.create_time, clock));
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return boundary;
}

Result<std::optional<Boundary>> LiftBoundary(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id,
                                             const std::string& lifted_by, const Clock& clock) {
  VEFA_TRY(Rows rows, transaction.Execute(kHoldBoundary, Bound(tenant, id)));
  std::optional<Boundary> boundary = FirstBoundary(rows);
  if (!boundary || boundary->lift_time) return boundary;
  boundary->lift_time = clock.Now();
  boundary->lifted_by = lifted_by;
  ++boundary->version;
  std::vector<postgres::Call> calls;
  calls.push_back({&kLiftBoundary, Bound(tenant, id, boundary->lift_time, lifted_by, boundary->version)});
  calls.push_back(AppendCall(tenant, {{ResourceName("boundaries", id), boundary->version, kBoundaryLiftedType,
                                       BoundaryLiftedPayload(*boundary)}},
                             *boundary->lift_time, clock));
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return boundary;
}

Result<std::optional<Boundary>> GetBoundary(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                            Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kGetBoundary, Bound(tenant, id), deadline));
  return FirstBoundary(rows);
}

Result<std::vector<Boundary>> ListBoundaries(postgres::Database& database, const Uuid& tenant, const BoundaryPage& page,
                                             Deadline deadline) {
  postgres::Params params = Bound(tenant, page.after, page.include_lifted, static_cast<int32_t>(page.size));
  if (!page.about.empty()) params.push_back(postgres::Bind(page.about));
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), page.about.empty() ? kListBoundaries : kListAbout,
                                   std::move(params), deadline));
  std::vector<Boundary> boundaries;
  for (int i = 0; i < rows.size(); ++i) boundaries.push_back(ReadBoundaryRow(rows, i));
  return boundaries;
}

}  // namespace vefa::contact
