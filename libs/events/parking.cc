#include "libs/events/parking.h"

#include <algorithm>

#include "libs/events/parking_store.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;
using postgres::Transaction;

// A hole that is given up is remembered version by version, up to this many.
constexpr int64_t kParkedHoleMax = 10000;

const Statement kMarkDue{
    "parking_mark_due",
    "UPDATE parked_subject SET next_attempt_time = now(), attempts = 0, accepted = kind IN ('FORK', 'RESTORED'),"
    "   complete = complete OR kind IN ('FORK', 'RESTORED')"
    " WHERE consumer = $1 AND CASE WHEN $2::text IS NULL THEN kind NOT IN ('FORK', 'RESTORED') ELSE subject = $2 END"};

// A projection that is swapped in holds everybody off by a lock on positions.
const Statement kHoldParked{"parking_hold", "LOCK TABLE consumer_position IN ROW EXCLUSIVE MODE"};
const Statement kLock{
    "parking_lock",
    "SELECT coalesce(a.version, 0), p.kind FROM parked_subject p"
    " LEFT JOIN applied_version a ON (a.consumer, a.tenant_id, a.subject) = (p.consumer, p.tenant_id, p.subject)"
    " WHERE p.consumer = $1 AND p.tenant_id = $2 AND p.subject = $3 FOR UPDATE OF p"};
const Statement kFirst{
    "parking_first",
    "SELECT e.version, e.event_id, " VEFA_PARKED_COLUMNS " FROM parked_event e"
    " WHERE e.consumer = $1 AND e.tenant_id = $2 AND e.subject = $3 ORDER BY e.version, e.event_id LIMIT 1"};
// What is given up is still there to be looked at, and goes to the dead letter topic if it has not gone.
const Statement kGiveUp{
    "parking_give_up",
    "WITH gone AS (DELETE FROM parked_event WHERE consumer = $1 AND tenant_id = $2 AND subject = $3 AND version = $4"
    "               AND event_id = $5 RETURNING *)"
    " INSERT INTO unreadable_record (consumer, topic, part, off, reason, detail, record_key, headers, value, copied)"
    " SELECT consumer, topic, part, off, 'SKIPPED', reason, convert_to(tenant_id || '/' || subject, 'UTF8'),"
    "   coalesce(headers, ''), payload, copied FROM gone ON CONFLICT DO NOTHING"};
const Statement kRemember{
    "parking_remember",
    "INSERT INTO skipped_event (consumer, tenant_id, subject, version)"
    " SELECT $1, $2, $3, v FROM generate_series($4::bigint, $5::bigint) v ON CONFLICT DO NOTHING"};
const Statement kMoveMark{
    "parking_move_mark",
    "INSERT INTO applied_version AS a (consumer, tenant_id, subject, version, event_id, incarnation)"
    " VALUES ($1, $2, $3, $4, $5, nullif($6, '00000000-0000-0000-0000-000000000000'::uuid))"
    " ON CONFLICT (consumer, tenant_id, subject) DO UPDATE SET version = excluded.version, event_id = excluded.event_id,"
    "   incarnation = excluded.incarnation"};
// What is left is tried at once; a subject of which nothing is left moves again.
const Statement kGoOn{
    "parking_go_on",
    "WITH rest AS (SELECT min(version) AS first, count(*) AS n FROM parked_event"
    "               WHERE consumer = $1 AND tenant_id = $2 AND subject = $3),"
    " gone AS (DELETE FROM parked_subject p USING rest WHERE p.consumer = $1 AND p.tenant_id = $2 AND p.subject = $3"
    "           AND rest.n = 0),"
    " kept AS (UPDATE parked_subject p SET first_version = rest.first, attempts = 0, next_attempt_time = now(),"
    "           complete = true, accepted = false FROM rest"
    "           WHERE p.consumer = $1 AND p.tenant_id = $2 AND p.subject = $3 AND rest.n > 0)"
    " SELECT n FROM rest"};

Result<int64_t> SkipFirst(Transaction& transaction, const std::string& consumer, const Uuid& tenant,
                          const std::string& subject, int64_t version) {
  VEFA_TRY(auto rows, transaction.ExecuteAll({{&kHoldParked, {}}, {&kLock, Bound(consumer, tenant, subject)},
                                              {&kFirst, Bound(consumer, tenant, subject)}}));
  if (rows[1].empty() || rows[2].empty())
    return NotFound("PARKED_NOT_FOUND", "The consumer has parked no such subject; list what is parked.");
  int64_t applied = rows[1].Int64(0, 0);
  int64_t first = rows[2].Int64(0, 0);
  Uuid id = rows[2].Id(0, 1);
  bool only_missing = version == first - 1 && version > applied;
  if (version != first && !only_missing)
    return Error{Code::kFailedPrecondition, "VERSION_NOT_FIRST",
                 "The first parked event of the subject is version " + std::to_string(first) + "."};
  // Unknown in rows of release 0.1.
  auto event = ReadParked(rows[2], 0, 2);
  Uuid incarnation = event.ok() ? event->incarnation : Uuid();
  std::vector<postgres::Call> calls;
  if (!only_missing) calls.push_back({&kGiveUp, Bound(consumer, tenant, subject, first, id)});
  // Of two events of one version, the one that was applied stays what it is.
  bool is_other = rows[1].Text(0, 1) == "FORK" && first <= applied;
  if (!is_other) {
    calls.push_back({&kRemember, Bound(consumer, tenant, subject, std::max(applied + 1, version - kParkedHoleMax), version)});
    calls.push_back({&kMoveMark, Bound(consumer, tenant, subject, version, only_missing ? Uuid() : id, incarnation)});
  }
  calls.push_back({&kGoOn, Bound(consumer, tenant, subject)});
  VEFA_TRY(auto done, transaction.ExecuteAll(std::move(calls)));
  return done.back().Int64(0, 0);
}

void PutLength(std::string& out, size_t length) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift);
}

bool TakeText(std::string_view& packed, std::string& text) {
  if (packed.size() < 4) return false;
  size_t length = 0;
  for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<uint8_t>(packed[static_cast<size_t>(i)]);
  packed.remove_prefix(4);
  if (length > packed.size()) return false;
  text = packed.substr(0, length);
  packed.remove_prefix(length);
  return true;
}

}  // namespace

Result<int64_t> MarkDue(postgres::Database& pump, const std::string& consumer, const std::optional<std::string>& subject,
                        Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::EveryTenant(), kMarkDue, Bound(consumer, subject), deadline));
  return rows.affected();
}

Result<int64_t> Skip(postgres::Database& pump, const std::string& consumer, const Uuid& tenant,
                     const std::string& subject, int64_t version, Deadline deadline) {
  return postgres::InTransaction(pump, Scope::Tenants({tenant}), deadline, [&](Transaction& transaction) {
    return SkipFirst(transaction, consumer, tenant, subject, version);
  });
}

std::string PackHeaders(const kafka::Headers& headers) {
  std::string packed;
  for (const auto& [name, value] : headers) {
    PutLength(packed, name.size());
    packed += name;
    PutLength(packed, value.size());
    packed += value;
  }
  return packed;
}

Result<kafka::Headers> UnpackHeaders(std::string_view packed) {
  kafka::Headers headers;
  while (!packed.empty()) {
    auto& [name, value] = headers.emplace_back();
    if (!TakeText(packed, name) || !TakeText(packed, value))
      return Error{Code::kDataLoss, "HEADERS_MALFORMED", "The headers kept of a record cannot be read."};
  }
  return headers;
}

}  // namespace vefa::events
