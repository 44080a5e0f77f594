#include "libs/events/state_table.h"

#include "libs/events/fold.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;

// As a payload: it has to fit into one record of Kafka.
constexpr size_t kStateBytesMax = 921'600;

const postgres::Statement kLoad{
    "state_load",
    "SELECT s.tenant_id, s.subject, s.erased, s.state FROM unnest($1::uuid[], $2::text[]) AS w(tenant_id, subject)"
    " JOIN aggregate_state s ON s.tenant_id = w.tenant_id AND s.subject = w.subject"};

// A row that is dirty already stays so since then: what waits longest is published first.
const postgres::Statement kStore{
    "state_store",
    "INSERT INTO aggregate_state AS s"
    "  (tenant_id, subject, version, event_id, occur_time, record_time, state, erased, dirty_since)"
    " SELECT w.*, now() FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],"
    "  $7::bytea[], $8::boolean[]) AS w(tenant_id, subject, version, event_id, occur_time, record_time, state, erased)"
    " ORDER BY w.tenant_id, w.subject"
    " ON CONFLICT (tenant_id, subject) DO UPDATE SET version = excluded.version, event_id = excluded.event_id,"
    "  occur_time = excluded.occur_time, record_time = excluded.record_time, state = excluded.state,"
    "  erased = excluded.erased, dirty_since = coalesce(s.dirty_since, excluded.dirty_since)"};

}  // namespace

ProjectionInfo StateTable::Info(const Source& source) {
  ProjectionInfo info;
  info.consumer = source.service + ".state.v1";
  info.topics = {source.topic};
  info.tables = {"aggregate_state"};
  info.ignored_columns = {"aggregate_state.dirty_since"};
  info.row_subjects = {{"aggregate_state", "subject"}};
  return info;
}

Status StateTable::Apply(postgres::Transaction& transaction, std::span<const Event> events) {
  Entries entries;
  for (const Event& event : events) entries[{event.tenant, event.subject}].state.reset(prototype_.New());
  VEFA_TRY_OK(Load(transaction, entries));
  for (const Event& event : events) {
    Entry& entry = entries[{event.tenant, event.subject}];
    VEFA_TRY_OK(fold_(event, *entry.state, entry.erased));
    entry.last = &event;
  }
  return Store(transaction, entries);
}

Status StateTable::Load(postgres::Transaction& transaction, Entries& entries) const {
  std::vector<Uuid> tenants;
  std::vector<std::string> subjects;
  for (const auto& [key, entry] : entries) {
    tenants.push_back(key.first);
    subjects.push_back(key.second);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kLoad, Bound(tenants, subjects)));
  for (int i = 0; i < rows.size(); ++i) {
    Entry& entry = entries[{rows.Id(i, 0), rows.String(i, 1)}];
    entry.erased = rows.Bool(i, 2);
    if (!entry.state->ParseFromString(rows.String(i, 3)))
      return Error{Code::kDataLoss, "STATE_UNREADABLE",
                   "The stored state of " + rows.String(i, 1) + " is damaged; rebuild the projection of states."};
  }
  return Ok();
}

Status StateTable::Store(postgres::Transaction& transaction, const Entries& entries) {
  std::vector<Uuid> tenants, ids;
  std::vector<std::string> subjects, states;
  std::vector<int64_t> versions;
  std::vector<Time> occur_times, record_times;
  std::vector<bool> erased;
  for (const auto& [key, entry] : entries) {
    tenants.push_back(key.first);
    subjects.push_back(key.second);
    versions.push_back(entry.last->aggregate_version);
    ids.push_back(entry.last->id);
    occur_times.push_back(entry.last->occur_time);
    record_times.push_back(entry.last->record_time);
    states.push_back(entry.erased ? "" : SerializeSorted(*entry.state));
    erased.push_back(entry.erased);
    if (states.back().size() > kStateBytesMax)
      return Error{Code::kResourceExhausted, "STATE_TOO_LARGE",
                   "The state of " + key.second + " has more than 900 KiB and fits into no record."};
  }
  VEFA_TRY_OK(transaction.Execute(kStore, Bound(tenants, subjects, versions, ids, occur_times, record_times,
                                                postgres::BindBytes(states), erased)));
  return Ok();
}

}  // namespace vefa::events
