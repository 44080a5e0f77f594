#include "libs/events/consumer_marks.h"

#include <algorithm>

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Statement;

const Statement kLimits{"consumer_limits",
                        "SELECT set_config('idle_in_transaction_session_timeout', '10000', true),"
                        " set_config('lock_timeout', '5000', true)"};

const Statement kReadPositions{
    "consumer_read_positions", "SELECT topic, part, next_offset FROM consumer_position WHERE consumer = $1"};

// A partition is created at its first batch or moved from the expected offset.
const Statement kMovePositions{
    "consumer_move_positions",
    "INSERT INTO consumer_position AS p (consumer, topic, part, next_offset)"
    " SELECT $1, n.topic, n.part, n.next_offset"
    " FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS n(topic, part, expected, next_offset)"
    " ORDER BY n.topic, n.part"
    " ON CONFLICT (consumer, topic, part) DO UPDATE SET next_offset = excluded.next_offset, update_time = now()"
    " WHERE p.next_offset = (SELECT e.expected FROM unnest($2::text[], $3::int[], $4::bigint[]) AS e(topic, part, expected)"
    "                        WHERE e.topic = p.topic AND e.part = p.part)"};

// LATERAL … LIMIT: one look into an index per subject, however large the tables are and whatever the planner
// thinks of them; it would rather read a table of some ten thousand rows as a whole, in every batch.
const Statement kReadMarks{
    "consumer_read_marks",
    "SELECT w.n, coalesce(a.version, 0), a.event_id, a.incarnation, p.consumer IS NOT NULL"
    " FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS w(tenant_id, subject, n)"
    " LEFT JOIN LATERAL (SELECT * FROM applied_version x WHERE x.consumer = $1 AND x.tenant_id = w.tenant_id"
    "   AND x.subject = w.subject LIMIT 1) a ON true"
    " LEFT JOIN LATERAL (SELECT x.consumer FROM parked_subject x WHERE x.consumer = $1 AND x.tenant_id = w.tenant_id"
    "   AND x.subject = w.subject LIMIT 1) p ON true"
    " WHERE a.consumer IS NOT NULL OR p.consumer IS NOT NULL"};

// In the order of the key, so that two batches cannot wait for each other. ON CONFLICT finds its rows by the index,
// for the same reason as above.
const Statement kMoveMarks{
    "consumer_move_marks",
    "INSERT INTO applied_version AS a (consumer, tenant_id, subject, previous_version, version, event_id, incarnation)"
    " SELECT $1, w.tenant_id, w.subject, w.previous, w.version, w.event_id,"
    "   nullif(w.incarnation, '00000000-0000-0000-0000-000000000000')"
    " FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::uuid[], $7::uuid[])"
    "   AS w(tenant_id, subject, previous, version, event_id, incarnation)"
    " ON CONFLICT (consumer, tenant_id, subject) DO UPDATE SET previous_version = excluded.previous_version,"
    "   version = excluded.version, event_id = excluded.event_id, incarnation = excluded.incarnation"
    " WHERE a.version = excluded.previous_version"};

const Statement kKnownTenants{"consumer_known_tenants", "SELECT id FROM tenant WHERE id = ANY($1)"};

}  // namespace

Call LimitsCall() { return {&kLimits, {}}; }

Call ReadPositionsCall(const std::string& consumer) { return {&kReadPositions, Bound(consumer)}; }

Call MovePositionsCall(const std::string& consumer, const Offsets& expected, const Offsets& next) {
  std::vector<std::string> topics;
  std::vector<int32_t> parts;
  std::vector<int64_t> from;
  std::vector<int64_t> to;
  for (const auto& [partition, offset] : next) {
    topics.push_back(partition.first);
    parts.push_back(partition.second);
    auto found = expected.find(partition);
    from.push_back(found == expected.end() ? kafka::kBeginning : found->second);
    to.push_back(offset);
  }
  return {&kMovePositions, Bound(consumer, topics, parts, from, to)};
}

MarksQuery::MarksQuery(std::span<const Event> events) {
  std::set<std::pair<Uuid, std::string_view>> keys;
  for (const Event& event : events) keys.emplace(event.tenant, event.subject);
  keys_.reserve(keys.size());
  for (const auto& [tenant, subject] : keys) keys_.emplace_back(tenant, std::string(subject));
}

Call MarksQuery::ToCall(const std::string& consumer) const {
  std::vector<Uuid> tenants;
  std::vector<std::string> subjects;
  for (const auto& [tenant, subject] : keys_) {
    tenants.push_back(tenant);
    subjects.push_back(subject);
  }
  return {&kReadMarks, Bound(consumer, tenants, subjects)};
}

std::map<SubjectKey, Watermark> MarksQuery::FromRows(const Rows& rows) const {
  std::map<SubjectKey, Watermark> known;
  for (int i = 0; i < rows.size(); ++i) {
    Watermark& mark = known[keys_[static_cast<size_t>(rows.Int64(i, 0) - 1)]];
    mark.version = rows.Int64(i, 1);
    if (!rows.IsNull(i, 2)) mark.event_id = rows.Id(i, 2);
    if (!rows.IsNull(i, 3)) mark.incarnation = rows.Id(i, 3);
    mark.parked = rows.Bool(i, 4);
  }
  return known;
}

MarksUpdate::MarksUpdate(const std::string& consumer, const std::map<SubjectKey, Watermark>& known,
                         const std::map<SubjectKey, Watermark>& moved) {
  std::vector<Uuid> tenants, ids, incarnations;
  std::vector<std::string> subjects;
  std::vector<int64_t> previous, versions;
  for (const auto& [key, mark] : moved) {
    auto before = known.find(key);
    Watermark was = before == known.end() ? Watermark() : before->second;
    // What was only parked stays where it is.
    if (mark.version == was.version && mark.event_id == was.event_id) continue;
    tenants.push_back(key.first);
    subjects.push_back(key.second);
    previous.push_back(was.version);
    versions.push_back(mark.version);
    ids.push_back(mark.event_id);
    incarnations.push_back(mark.incarnation);
  }
  count_ = static_cast<int64_t>(tenants.size());
  if (count_ > 0)
    call_ = {&kMoveMarks, Bound(consumer, tenants, subjects, previous, versions, ids, incarnations)};
}

void MarksUpdate::AddTo(std::vector<Call>& calls) {
  if (count_ > 0) calls.push_back(std::move(call_));
}

bool MarksUpdate::Check(std::span<const Rows>& rows) const {
  if (count_ == 0) return true;
  bool good = rows.front().affected() == count_;
  rows = rows.subspan(1);
  return good;
}

Call KnownTenantsCall(const std::set<Uuid>& tenants) {
  return {&kKnownTenants, Bound(std::vector<Uuid>(tenants.begin(), tenants.end()))};
}

bool IsTrouble(const Error& error) {
  if (postgres::IsTrouble(error) || error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded ||
      error.code == Code::kAborted)
    return true;
  auto found = error.metadata.find("sqlstate");
  // 25P03: PostgreSQL ended a transaction in which nothing happened for too long.
  return found != error.metadata.end() && (found->second.starts_with("40") || found->second == "25P03");
}

}  // namespace vefa::events
