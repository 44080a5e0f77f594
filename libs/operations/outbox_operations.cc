#include "libs/operations/outbox_operations.h"

#include "libs/rpc/time.h"

namespace vefa::operations {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kOutbox{
    "operations_outbox",
    "SELECT (SELECT incarnation FROM db_identity), (SELECT count(*) FROM outbox_pending),"
    " coalesce((SELECT extract(epoch FROM clock_timestamp() - l.record_time)::float8 FROM outbox_pending p"
    "   JOIN event_log l ON l.id = p.id ORDER BY p.id LIMIT 1), 0),"
    " (SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_inherits i"
    "   JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'event_log'::regclass),"
    " (SELECT record_time FROM event_log ORDER BY id LIMIT 1)"};
const Statement kLeases{
    "operations_leases",
    "SELECT m.member::text, count(l.lane)::int, max(m.lease_until) FROM relay_member m"
    " LEFT JOIN relay_lane l USING (member) WHERE m.lease_until > clock_timestamp() GROUP BY m.member ORDER BY 1"};
const Statement kReplay{"operations_replay", "SELECT replay_events($1, $2, $3)"};
const Statement kRenew{"operations_renew", "SELECT check_incarnation(true)"};

Status NeedLedger(const Parts& parts) {
  if (parts.relay != nullptr) return Ok();
  return Error{Code::kFailedPrecondition, "NO_LEDGER", "The " + parts.service + " records no events of its own."};
}

}  // namespace

Status ReadOutbox(const Parts& parts, Deadline deadline, event::v1::Outbox& outbox) {
  VEFA_TRY_OK(NeedLedger(parts));
  VEFA_TRY(auto rows, parts.pump->Run(Scope::EveryTenant(), {{&kOutbox, {}}, {&kLeases, {}}}, deadline));
  outbox.set_service(parts.service);
  outbox.set_topic(parts.topic);
  outbox.set_incarnation(rows[0].Id(0, 0).ToString());
  outbox.set_pending(rows[0].Int64(0, 1));
  outbox.set_oldest_age_seconds(rows[0].Double(0, 2));
  outbox.set_recorded_estimate(rows[0].Int64(0, 3));
  if (!rows[0].IsNull(0, 4)) *outbox.mutable_oldest_record_time() = rpc::ToProto(rows[0].Timestamp(0, 4));
  for (int i = 0; i < rows[1].size(); ++i) {
    event::v1::RelayLease& lease = *outbox.add_leases();
    lease.set_owner(rows[1].String(i, 0));
    lease.set_lanes(rows[1].Int32(i, 1));
    *lease.mutable_lease_until() = rpc::ToProto(rows[1].Timestamp(i, 2));
  }
  return Ok();
}

Status Replay(const Parts& parts, const event::v1::ReplayEventsRequest& request, Deadline deadline,
              event::v1::ReplayEventsResponse& response) {
  VEFA_TRY_OK(NeedLedger(parts));
  Time from = request.has_from() ? rpc::FromProto(request.from()) : Time{};
  Time to = request.has_to() ? rpc::FromProto(request.to()) : SystemClock().Now();
  if (to <= from) return Violations({{"to", "TIME_RANGE", "The end has to be after the beginning."}});
  VEFA_TRY(Rows rows, parts.pump->Run(Scope::EveryTenant(), kReplay, Bound(from, to, request.subject()), deadline));
  response.set_events(rows.Int64(0, 0));
  parts.relay->Wake();
  return Ok();
}

Status RenewIncarnation(const Parts& parts, Deadline deadline) {
  VEFA_TRY_OK(NeedLedger(parts));
  VEFA_TRY_OK(parts.pump->Run(Scope::EveryTenant(), kRenew, {}, deadline));
  return Ok();
}

}  // namespace vefa::operations
