#include "services/contact/right/right_store.h"

#include "services/contact/party/party_store.h"
#include "services/contact/right/right_proto.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define RIGHTS_COLUMNS                                                                                                     \
  "r.id, r.contact_id, r.kind, r.state, r.intake, r.receive_time, r.profile, r.profile_version, r.due_time, r.extend_time," \
  " r.extend_reason, r.identity_method, r.identity_checked_by, r.identity_time, array_to_string(r.purposes, ','), r.note," \
  " r.close_time, r.close_reason, r.version, r.create_time, r.update_time"
#define RIGHTS_OF "SELECT " RIGHTS_COLUMNS " FROM rights_request r WHERE r.tenant_id = $1"

const Statement kInsertRights{
    "rights_insert",
    "INSERT INTO rights_request (tenant_id, id, contact_id, kind, state, intake, receive_time, profile, profile_version, due_time,"
    " purposes, note, version, create_time, update_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};
const Statement kUpdateRights{
    "rights_update",
    "UPDATE rights_request SET state = $3, due_time = $4, extend_time = $5, extend_reason = $6, identity_method = $7,"
    " identity_checked_by = $8, identity_time = $9, close_time = $10, close_reason = $11, version = $12, update_time = $13"
    " WHERE tenant_id = $1 AND id = $2"};
const Statement kAddRightsStep{
    "rights_step_add",
    "INSERT INTO rights_step (tenant_id, request_id, version, state, action, reason, actor, step_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
const Statement kLockRights{"rights_lock", RIGHTS_OF " AND r.id = $2 FOR NO KEY UPDATE"};
const Statement kLockAccess{"rights_lock_access", RIGHTS_OF " AND r.contact_id = $2 AND r.kind IN (1, 2) AND r.state = 3"
                                                            " ORDER BY r.id DESC LIMIT 1 FOR NO KEY UPDATE"};
const Statement kGetRights{"rights_get", RIGHTS_OF " AND r.id = $2"};
const Statement kRightsSteps{"rights_steps", "SELECT state, action, reason, actor, step_time FROM rights_step"
                                             " WHERE tenant_id = $1 AND request_id = $2 ORDER BY version"};
const Statement kListRights{"rights_list", RIGHTS_OF " AND r.id > $2 ORDER BY r.id LIMIT $3"};
const Statement kListRightsOf{"rights_list_of", RIGHTS_OF " AND r.contact_id = $4 AND r.id > $2 ORDER BY r.id LIMIT $3"};
const Statement kListRightsDue{"rights_list_due", RIGHTS_OF " AND r.close_time IS NULL AND (r.due_time, r.id) > ($4, $2)"
                                                            " AND r.due_time < $5 ORDER BY r.due_time, r.id LIMIT $3"};
const Statement kCountOverdue{"rights_overdue", "SELECT count(*) FROM rights_request WHERE close_time IS NULL AND due_time < $1"};
const Statement kEraseRightsNotes{"rights_erase_notes",
                                  "UPDATE rights_request SET note = '' WHERE tenant_id = $1 AND contact_id = $2 AND note <> ''"};

// Codes hold no comma.
std::vector<std::string> SplitCodes(std::string_view codes) {
  std::vector<std::string> split;
  while (!codes.empty()) {
    const size_t comma = std::min(codes.find(','), codes.size());
    split.emplace_back(codes.substr(0, comma));
    codes.remove_prefix(std::min(comma + 1, codes.size()));
  }
  return split;
}

RightsRequest ReadRights(const Rows& rows, int i) {
  auto time = [&](int column) {
    return rows.IsNull(i, column) ? std::nullopt : std::optional<Time>(rows.Timestamp(i, column));
  };
  RightsRequest request;
  request.id = rows.Id(i, 0);
  request.contact = rows.Id(i, 1);
  request.kind = static_cast<RightKind>(rows.Int32(i, 2));
  request.state = static_cast<RightState>(rows.Int32(i, 3));
  request.intake = static_cast<int16_t>(rows.Int32(i, 4));
  request.receive_time = rows.Timestamp(i, 5);
  request.profile = rows.String(i, 6);
  request.profile_version = rows.Int32(i, 7);
  request.due_time = rows.Timestamp(i, 8);
  request.extend_time = time(9);
  request.extend_reason = rows.String(i, 10);
  request.identity_method = static_cast<int16_t>(rows.Int32(i, 11));
  request.identity_checked_by = rows.String(i, 12);
  request.identity_time = time(13);
  request.purposes = SplitCodes(rows.Text(i, 14));
  request.note = rows.String(i, 15);
  request.close_time = time(16);
  request.close_reason = rows.String(i, 17);
  request.version = rows.Int64(i, 18);
  request.create_time = rows.Timestamp(i, 19);
  request.update_time = rows.Timestamp(i, 20);
  return request;
}

std::optional<RightsRequest> FirstRights(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ReadRights(rows, 0);
}

// The step of a request as it is now, and the event of that.
void AddStep(const Uuid& tenant, const RightsRequest& request, const RightsStep& step, const Clock& clock,
             std::vector<postgres::Call>& calls) {
  calls.push_back({&kAddRightsStep, Bound(tenant, request.id, request.version, static_cast<int16_t>(request.state), step.action,
                                          step.reason, step.actor, request.update_time)});
  calls.push_back(AppendCall(tenant, {{ResourceName(kRightsRequests, request.id), request.version, RightsEventType(request, step),
                                       RightsPayload(request, step)}},
                             request.update_time, clock));
}

}  // namespace

Error NoSuchRightsRequest() { return NotFound("RIGHTS_REQUEST_NOT_FOUND", "There is no such request; check the name."); }

Status InsertRightsRequest(postgres::Transaction& transaction, const Uuid& tenant, RightsRequest& request, const std::string& actor,
                           const Clock& clock) {
  request.id = NewUuidV7(clock);
  request.state = RightState::kReceived;
  request.version = 1;
  request.create_time = request.update_time = clock.Now();
  std::vector<postgres::Call> calls;
  calls.push_back({&kInsertRights, Bound(tenant, request.id, request.contact, static_cast<int16_t>(request.kind),
                                         static_cast<int16_t>(request.state), request.intake, request.receive_time, request.profile,
                                         request.profile_version, request.due_time, request.purposes, request.note.Reveal(),
                                         request.version, request.create_time, request.update_time)});
  AddStep(tenant, request, {request.state, "RECEIVED", "", actor, request.create_time}, clock, calls);
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return Ok();
}

Result<std::optional<RightsRequest>> LockRightsRequest(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockRights, Bound(tenant, id)));
  return FirstRights(rows);
}

Result<std::optional<RightsRequest>> LockOpenAccess(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockAccess, Bound(tenant, contact)));
  return FirstRights(rows);
}

Status WriteRightsRequest(postgres::Transaction& transaction, const Uuid& tenant, RightsRequest& request, RightsStep step,
                          const Clock& clock) {
  request.update_time = clock.Now();
  ++request.version;
  if (IsEnd(request.state)) request.close_time = request.update_time;
  std::vector<postgres::Call> calls;
  calls.push_back({&kUpdateRights,
                   Bound(tenant, request.id, static_cast<int16_t>(request.state), request.due_time, request.extend_time,
                         request.extend_reason, request.identity_method, request.identity_checked_by, request.identity_time,
                         request.close_time, request.close_reason, request.version, request.update_time)});
  AddStep(tenant, request, step, clock, calls);
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return Ok();
}

Result<std::optional<RightsRequest>> GetRightsRequest(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGetRights, Bound(tenant, id), deadline));
  return FirstRights(rows);
}

Result<std::vector<RightsStep>> ListRightsSteps(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kRightsSteps, Bound(tenant, id), deadline));
  std::vector<RightsStep> steps;
  for (int i = 0; i < rows.size(); ++i)
    steps.push_back({static_cast<RightState>(rows.Int32(i, 0)), rows.String(i, 1), rows.String(i, 2), rows.String(i, 3),
                     rows.Timestamp(i, 4)});
  return steps;
}

Result<std::vector<RightsRequest>> ListRightsRequests(postgres::Database& database, const Uuid& tenant, const RightsPage& page,
                                                      Deadline deadline) {
  postgres::Params params = Bound(tenant, page.after, static_cast<int32_t>(page.size));
  const Statement* statement = &kListRights;
  if (page.contact) {
    statement = &kListRightsOf;
    params.push_back(postgres::Bind(*page.contact));
  } else if (page.by_due()) {
    statement = &kListRightsDue;
    params.push_back(postgres::Bind(page.after_due.value_or(Time(std::chrono::seconds(-62135596800)))));
    params.push_back(postgres::Bind(page.due_before.value_or(Time(std::chrono::seconds(253402300799)))));
  }
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), *statement, std::move(params), deadline));
  std::vector<RightsRequest> requests;
  for (int i = 0; i < rows.size(); ++i) requests.push_back(ReadRights(rows, i));
  return requests;
}

Result<int64_t> CountOverdue(postgres::Database& pump, Time now, Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::EveryTenant(), kCountOverdue, Bound(now), deadline));
  return rows.Int64(0, 0);
}

postgres::Call EraseRightsNotesCall(const Uuid& tenant, const Uuid& contact) {
  return {&kEraseRightsNotes, Bound(tenant, contact)};
}

}  // namespace vefa::contact
