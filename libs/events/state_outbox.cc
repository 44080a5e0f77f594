#include "libs/events/state_outbox.h"

#include <algorithm>

#include "libs/crypto/crypto.h"
#include "libs/events/catalog.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;

constexpr int64_t kStateBatchMax = 500;
constexpr int64_t kStateBatchBytes = 8 << 20;

const postgres::Statement kRead{
    "state_read_dirty",
    "SELECT tenant_id, subject, version, event_id, occur_time, record_time, state, erased,"
    "  (SELECT incarnation FROM db_identity), dirty_since, extract(epoch FROM clock_timestamp() - dirty_since)::float8"
    " FROM (SELECT *, sum(octet_length(state)) OVER (ORDER BY dirty_since, tenant_id, subject) - octet_length(state) AS bytes_before"
    "  FROM (SELECT * FROM aggregate_state WHERE dirty_since IS NOT NULL ORDER BY dirty_since LIMIT $1) oldest) counted"
    " WHERE bytes_before < $2 ORDER BY dirty_since, tenant_id, subject"};

// The same event is the same state, unless the states were built anew since: then it is dirty since another time.
const postgres::Statement kMarkClean{
    "state_mark_clean",
    "UPDATE aggregate_state s SET dirty_since = NULL"
    " FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) AS w(tenant_id, subject, event_id, dirty_since)"
    " WHERE s.tenant_id = w.tenant_id AND s.subject = w.subject AND s.event_id = w.event_id"
    "  AND s.dirty_since = w.dirty_since"};

const postgres::Statement kHoldPublisher{
    "state_hold",
    "INSERT INTO state_publisher AS p (holder, expire_time) VALUES ($1, clock_timestamp() + interval '10 seconds')"
    " ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, expire_time = excluded.expire_time"
    " WHERE p.holder = excluded.holder OR p.expire_time < clock_timestamp()"};

const postgres::Statement kRelease{"state_release",
                                   "UPDATE state_publisher SET expire_time = '-infinity' WHERE holder = $1"};

// The id of the state after an event: the same whenever it is published, and no event's id.
Uuid StateId(const Uuid& event, Time record_time) {
  auto hash = crypto::Sha256("state\n" + event.ToString());
  std::array<uint8_t, 10> digest;
  std::copy_n(hash.begin(), digest.size(), digest.begin());
  return UuidV8At(record_time, digest);
}

// What ce_dataschema says of a state: the events' own schema, of which the state message is a part.
std::string StateSchema(const Source& source) {
  const std::string& state = source.catalog->state_message();
  size_t at = source.schema_uri.find(source.data_schema);
  if (at == std::string::npos) return state;
  return std::string(source.schema_uri).replace(at, source.data_schema.size(), state);
}

}  // namespace

StateOutbox::StateOutbox(postgres::Database& pump, const Source& source, std::string state_topic)
    : pump_(pump), source_(source), classification_(source.catalog->state_classification()) {
  source_.topic = std::move(state_topic);
  source_.data_schema = source.catalog->state_message();
  source_.schema_uri = StateSchema(source);
}

kafka::Record StateOutbox::ToStateRecord(const Rows& rows, int row) const {
  Source source = source_;
  source.incarnation = rows.Id(row, 8);
  Event state;
  state.type = source_.service + ".state";
  state.tenant = rows.Id(row, 0);
  state.subject = rows.String(row, 1);
  state.aggregate_version = rows.Int64(row, 2);
  state.occur_time = rows.Timestamp(row, 4);
  state.record_time = rows.Timestamp(row, 5);
  state.id = StateId(rows.Id(row, 3), state.record_time);
  state.classification = classification_;
  state.payload = rows.String(row, 6);
  kafka::Record record = ToRecord(state, source);
  record.tombstone = rows.Bool(row, 7);
  return record;
}

Result<StateOutbox::Batch> StateOutbox::Read(Deadline deadline) {
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kRead, Bound(kStateBatchMax, kStateBatchBytes), deadline));
  Batch batch;
  for (int row = 0; row < rows.size(); ++row) {
    batch.records.push_back(ToStateRecord(rows, row));
    batch.tenants.push_back(rows.Id(row, 0));
    batch.subjects.push_back(rows.String(row, 1));
    batch.event_ids.push_back(rows.Id(row, 3));
    batch.dirty_since.push_back(rows.Timestamp(row, 9));
    batch.tombstones += rows.Bool(row, 7) ? 1 : 0;
  }
  if (!rows.empty()) batch.oldest_age_seconds = std::max(0.0, rows.Double(0, 10));
  return batch;
}

Status StateOutbox::MarkClean(const Batch& batch, Deadline deadline) {
  VEFA_TRY_OK(pump_.Run(Scope::EveryTenant(), kMarkClean,
                        Bound(batch.tenants, batch.subjects, batch.event_ids, batch.dirty_since), deadline));
  return Ok();
}

Result<bool> StateOutbox::Hold(const Uuid& holder, Deadline deadline) {
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kHoldPublisher, Bound(holder), deadline));
  return rows.affected() == 1;
}

Status StateOutbox::Release(const Uuid& holder, Deadline deadline) {
  VEFA_TRY_OK(pump_.Run(Scope::EveryTenant(), kRelease, Bound(holder), deadline));
  return Ok();
}

}  // namespace vefa::events
