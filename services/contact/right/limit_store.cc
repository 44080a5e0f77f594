#include "services/contact/right/limit_store.h"

#include "libs/events/append.h"
#include "libs/rpc/time.h"
#include "libs/telemetry/trace.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define LIMITS_OF                                                                                                          \
  "SELECT c.erase_time IS NOT NULL, c.merged_into, c.country, c.restrict_time, c.object_time, array_to_string(c.objected, ',')," \
  " c.hold_time, coalesce(h.reason, '') FROM contact c LEFT JOIN legal_hold h ON h.tenant_id = $1 AND h.contact_id = c.id"     \
  " AND h.set_time = c.hold_time WHERE c.tenant_id = $1 AND c.id = $2"
const Statement kLimits{"limits_get", LIMITS_OF};
const Statement kLockLimits{"limits_lock", LIMITS_OF " FOR NO KEY UPDATE OF c"};
const Statement kWriteLimits{
    "limits_write",
    "WITH changed AS (UPDATE contact SET version = version + 1, restrict_time = $3, object_time = $4, objected = nullif($5::text[], '{}'),"
    "   hold_time = $6 WHERE tenant_id = $1 AND id = $2 AND erase_time IS NULL RETURNING id, version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || id, version, $7, 'processing_limits.changed', $8, $9, NULL, $10")
    "   FROM changed)"
    " SELECT version FROM changed, logged"};
const Statement kAddHold{"legal_hold_add", "INSERT INTO legal_hold (tenant_id, contact_id, set_time, reason, set_by)"
                                           " VALUES ($1, $2, $3, $4, $5)"};
const Statement kEndHold{"legal_hold_end", "UPDATE legal_hold SET lift_time = $3, lift_reason = $4, lifted_by = $5"
                                           " WHERE tenant_id = $1 AND contact_id = $2 AND lift_time IS NULL"};
const Statement kHeld{"legal_hold_any",
                      "SELECT 1 FROM contact WHERE tenant_id = $1 AND id = ANY($2) AND hold_time IS NOT NULL LIMIT 1"};
const Statement kWouldWiden{
    "limits_would_widen",
    "SELECT 1 FROM contact m JOIN contact s ON s.tenant_id = $1 AND s.id = $2 WHERE m.tenant_id = $1 AND m.id = $3"
    " AND ((m.restrict_time IS NOT NULL AND s.restrict_time IS NULL)"
    "  OR (m.objected IS NOT NULL AND NOT m.objected <@ coalesce(s.objected, '{}')))"};

std::vector<std::string> ObjectedFrom(std::string_view codes) {
  std::vector<std::string> objected;
  while (!codes.empty()) {
    const size_t comma = std::min(codes.find(','), codes.size());
    objected.emplace_back(codes.substr(0, comma));
    codes.remove_prefix(std::min(comma + 1, codes.size()));
  }
  return objected;
}

std::optional<LimitedContact> ReadLimited(const Rows& rows, const Uuid& contact) {
  if (rows.empty()) return std::nullopt;
  auto time = [&](int column) {
    return rows.IsNull(0, column) ? std::nullopt : std::optional<Time>(rows.Timestamp(0, column));
  };
  LimitedContact limited;
  limited.contact = contact;
  limited.erased = rows.Bool(0, 0);
  if (!rows.IsNull(0, 1)) limited.merged_into = rows.Id(0, 1);
  limited.country = rows.String(0, 2);
  limited.limits.restrict_time = time(3);
  limited.limits.object_time = time(4);
  if (!rows.IsNull(0, 5)) limited.limits.objected = ObjectedFrom(rows.Text(0, 5));
  limited.limits.hold_time = time(6);
  limited.limits.hold_reason = rows.String(0, 7);
  return limited;
}

// What the resource and the event say alike.
template <typename Message>
void FillLimits(const ProcessingLimits& limits, Message& proto) {
  if (limits.restrict_time) *proto.mutable_restrict_time() = rpc::ToProto(*limits.restrict_time);
  if (limits.object_time) *proto.mutable_object_time() = rpc::ToProto(*limits.object_time);
  for (const std::string& code : limits.objected)
    if (code != kEveryPurpose) proto.add_objected_purposes(code);
  if (limits.hold_time) *proto.mutable_hold_time() = rpc::ToProto(*limits.hold_time);
}

}  // namespace

Error LegalHold() {
  return {Code::kFailedPrecondition, "LEGAL_HOLD",
          "This person's data must be kept, as a legal hold says; release the hold before, if it has ended."};
}

Result<std::optional<LimitedContact>> FindLimits(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kLimits, Bound(tenant, contact), deadline));
  return ReadLimited(rows, contact);
}

Result<std::optional<LimitedContact>> LockLimits(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockLimits, Bound(tenant, contact)));
  return ReadLimited(rows, contact);
}

Result<int64_t> WriteLimits(postgres::Transaction& transaction, const Uuid& tenant, const LimitedContact& limited,
                            const std::string& reason, const Clock& clock) {
  v1::ContactEvent event;
  FillLimits(limited.limits, *event.mutable_processing_limits_changed()->mutable_state());
  event.mutable_processing_limits_changed()->set_reason(reason);
  const std::string payload = event.SerializeAsString();
  const ProcessingLimits& limits = limited.limits;
  VEFA_TRY(Rows rows, transaction.Execute(kWriteLimits, Bound(tenant, limited.contact, limits.restrict_time, limits.object_time,
                                                              limits.objected, limits.hold_time, NewUuidV7(clock), clock.Now(),
                                                              telemetry::CurrentTrace().traceparent(), postgres::Bytes{payload})));
  return rows.Int64(0, 0);
}

Status AddHold(postgres::Transaction& transaction, const Uuid& tenant, const LimitedContact& limited, const std::string& actor) {
  VEFA_TRY_OK(transaction.Execute(kAddHold, Bound(tenant, limited.contact, limited.limits.hold_time, limited.limits.hold_reason, actor)));
  return Ok();
}

Status EndHold(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, const std::string& reason,
               const std::string& actor, const Clock& clock) {
  VEFA_TRY_OK(transaction.Execute(kEndHold, Bound(tenant, contact, clock.Now(), reason, actor)));
  return Ok();
}

Status CheckNotHeld(postgres::Database& database, const Uuid& tenant, const std::vector<Uuid>& contacts, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kHeld, Bound(tenant, contacts), deadline));
  if (!rows.empty()) return LegalHold();
  return Ok();
}

Status CheckLimitsKept(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& survivor, const Uuid& merged) {
  VEFA_TRY(Rows rows, transaction.Execute(kWouldWiden, Bound(tenant, survivor, merged)));
  if (rows.empty()) return Ok();
  return Error{Code::kFailedPrecondition, "RIGHTS_WOULD_WIDEN",
               "The contact to be merged is restricted or objects where the survivor does not; record the same request at the survivor first."};
}

v1::ProcessingLimits ToProto(const LimitedContact& limited) {
  v1::ProcessingLimits proto;
  proto.set_name(ResourceName("contacts", limited.contact) + "/processingLimits");
  FillLimits(limited.limits, proto);
  proto.set_hold_reason(limited.limits.hold_reason);
  return proto;
}

}  // namespace vefa::contact
