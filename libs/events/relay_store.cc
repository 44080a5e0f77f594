#include "libs/events/relay_store.h"

#include "libs/base/fault_point.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// One reading holds at most so much payload, so that large events cannot fill the memory.
constexpr int64_t kReadBytesMax = 16 << 20;

// A relay serves every tenant (policy `by_relay`), does not wait for the disk, and plans without
// statistics: those of a table that is empty now and has 300,000 rows a moment later are always wrong, and
// compiling is dearer than running. What is left is the one good plan: along the outbox by id, and for each
// row into the ledger by id.
const Statement kAsRelay{
    "relay_scope",
    "SELECT set_config('app.relay', 'on', true), set_config('synchronous_commit', 'off', true),"
    " set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),"
    " set_config('enable_sort', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),"
    " set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)"};
// After a restore the same ids are drawn again, for other events. And what was published under one life is deleted
// under that life only, so that each event that is pending when a life begins is published as its own: then readers
// may drop what comes of an earlier life behind it.
const Statement kSameLife{"relay_same_life",
                          "SELECT (SELECT incarnation FROM db_identity) = $1 AND current_timeline() = $2"};
const Statement kDelete{"relay_delete",
                        "DELETE FROM outbox_pending WHERE id = ANY($1) AND (SELECT incarnation FROM db_identity) = $2"
                        " AND (SELECT current_timeline()) = $3"};
// The subquery of NOT IN becomes a hash table; `<> ALL` would be searched from end to end for each row.
const Statement kReadOutbox{
    "relay_read",
    "SELECT id, tenant_id, subject, aggregate_version, event_id, event_type, occur_time, record_time, traceparent,"
    "       causation_id, payload"
    " FROM (SELECT p.id, l.*, sum(octet_length(l.payload)) OVER (ORDER BY p.id ROWS UNBOUNDED PRECEDING)"
    "                         - octet_length(l.payload) AS bytes_before"
    "         FROM (SELECT id FROM outbox_pending"
    "                WHERE $1 & (1::bigint << lane::int) <> 0 AND id NOT IN (SELECT unnest($2)) ORDER BY id LIMIT $3) p"
    "        CROSS JOIN LATERAL (SELECT tenant_id, subject, aggregate_version, event_id, event_type, occur_time,"
    "                                   record_time, traceparent, causation_id, payload"
    "                              FROM event_log WHERE event_log.id = p.id OFFSET 0) l) r"
    " WHERE bytes_before < $4 ORDER BY id"};
const Statement kRenew{"relay_renew", "SELECT renew_relay_lanes($1, $2)"};
const Statement kLeave{"relay_leave", "SELECT leave_relay_lanes($1)"};
const Statement kCheck{
    "relay_check",
    "SELECT pg_is_in_recovery(), (SELECT seqcache FROM pg_sequence WHERE seqrelid = 'event_log_id_seq'::regclass)"};
const Statement kLife{"relay_life", "SELECT check_incarnation(), current_timeline()"};
const Statement kCount{
    "relay_count",
    "SELECT (SELECT count(*) FROM outbox_pending),"
    "       coalesce((SELECT extract(epoch FROM clock_timestamp() - l.record_time)::float8"
    "                   FROM (SELECT id FROM outbox_pending ORDER BY id LIMIT 1) p"
    "                  CROSS JOIN LATERAL (SELECT record_time FROM event_log WHERE event_log.id = p.id OFFSET 0) l),"
    "                0)"};
const Statement kMaintain{"relay_maintain", "SELECT maintain_event_log($1, $2)"};

Scope Nobody() { return Scope::Tenants({}); }

}  // namespace

PendingRows::PendingRows(Rows rows) : rows_(std::move(rows)) {
  ids_.reserve(static_cast<size_t>(rows_.size()));
  for (int i = 0; i < rows_.size(); ++i) ids_.push_back(rows_.Int64(i, 0));
}

void PendingRows::Get(size_t row, Event& event) const {
  int i = static_cast<int>(row);
  event.tenant = rows_.Id(i, 1);
  event.subject.assign(rows_.Text(i, 2));
  event.aggregate_version = rows_.Int64(i, 3);
  event.id = rows_.Id(i, 4);
  event.type.assign(rows_.Text(i, 5));
  event.occur_time = rows_.Timestamp(i, 6);
  event.record_time = rows_.Timestamp(i, 7);
  event.traceparent.assign(rows_.Text(i, 8));
  event.causation_id = rows_.IsNull(i, 9) ? Uuid() : rows_.Id(i, 9);
  event.payload.assign(rows_.Text(i, 10));
}

Result<PendingRows> RelayStore::Exchange(const std::vector<int64_t>& published, Lanes lanes,
                                         const std::vector<int64_t>& held, size_t most, Deadline deadline) {
  std::vector<Call> calls{{&kAsRelay, {}}, {&kSameLife, Bound(life_, timeline_)}};
  if (!published.empty()) calls.push_back({&kDelete, Bound(published, life_, timeline_)});
  bool reads = most > 0 && lanes != 0;
  if (reads)
    calls.push_back(
        {&kReadOutbox, Bound(static_cast<int64_t>(lanes), held, static_cast<int64_t>(most), kReadBytesMax)});
  VEFA_TRY(std::vector<Rows> rows, pump_.Run(Nobody(), std::move(calls), deadline));
  if (!rows[1].Bool(0, 0))
    return Unavailable("DATABASE_RESTORED",
                       "The database was restored, failed over or renewed; its life is looked at again.");
  return reads ? PendingRows(std::move(rows.back())) : PendingRows();
}

Result<Lanes> RelayStore::Renew(std::chrono::milliseconds lease, Deadline deadline) {
  if (FaultPoint("relay.during_lease_renew")) return Unavailable("FAULT_INJECTED", "The lease was not renewed.");
  // A lease that is lost with the machine saves no work; the disk is not waited for.
  VEFA_TRY(std::vector<Rows> rows,
           pump_.Run(Nobody(), {{&kAsRelay, {}}, {&kRenew, Bound(member_, static_cast<int64_t>(lease.count()))}}, deadline));
  return static_cast<Lanes>(rows.back().Int64(0, 0));
}

Status RelayStore::Leave(Deadline deadline) {
  VEFA_TRY_OK(pump_.Run(Nobody(), kLeave, Bound(member_), deadline));
  return Ok();
}

Result<Uuid> RelayStore::Check(Deadline deadline) {
  VEFA_TRY(Rows rows, pump_.Run(Nobody(), kCheck, {}, deadline));
  if (rows.Bool(0, 0))
    return Unavailable("DATABASE_STANDBY", "The database is a standby; let VEFA_POSTGRES_PUMP lead to the primary.");
  if (rows.IsNull(0, 1) || rows.Int64(0, 1) != 1)
    return Error{Code::kFailedPrecondition, "SEQUENCE_CACHED",
                 "Ids of the ledger would not be in order; run ALTER SEQUENCE event_log_id_seq CACHE 1."};
  VEFA_TRY(Rows life, pump_.Run(Nobody(), kLife, {}, deadline));
  timeline_ = life.Int32(0, 1);
  life_ = life.Id(0, 0);
  return life_;
}

Result<RelayStore::Waiting> RelayStore::Count(Deadline deadline) {
  VEFA_TRY(std::vector<Rows> rows, pump_.Run(Nobody(), {{&kAsRelay, {}}, {&kCount, {}}}, deadline));
  return Waiting{rows.back().Int64(0, 0), rows.back().Double(0, 1)};
}

Status RelayStore::MaintainLedger(int64_t partition_size, int keep_days, Deadline deadline) {
  VEFA_TRY_OK(pump_.Run(Nobody(), kMaintain, Bound(partition_size, keep_days), deadline));
  return Ok();
}

}  // namespace vefa::events
