#include "services/notification/frequency_store.h"

#include <algorithm>

namespace vefa::notification {
namespace {

using postgres::Bound;
using postgres::Statement;

// A message ends within three days of its first attempt, quiet hours and outages aside: whatever is handed over in the days counted was
// asked for at most so long before.
constexpr std::chrono::hours kAskedBefore{7 * 24};

// By the contact's messages, of which the oldest that may count is found by its id: ids begin with their time.
const Statement kCount{
    "frequency_count",
    "SELECT h.today, h.week FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[]) WITH ORDINALITY"
    "   AS q(contact_id, oldest, before, today, week, ord)"
    " CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE coalesce(r.finish_time, 'infinity') >= q.today) AS today,"
    "     count(*) FILTER (WHERE coalesce(r.finish_time, 'infinity') >= q.week) AS week"
    "   FROM message m LEFT JOIN send_result r ON r.tenant_id = $1 AND r.message_id = m.id AND r.state <> 7"
    "   WHERE m.tenant_id = $1 AND m.contact_id = q.contact_id AND m.id >= q.oldest AND m.reason = 0 AND NOT m.essential"
    "    AND CASE WHEN r.state IS NULL THEN m.id < q.before ELSE r.state IN (3, 6) END) h ORDER BY q.ord"};

// 64 locks of a tenant, taken in one order: one for each person would fill the server's table of locks.
const Statement kHoldCounts{
    "frequency_hold",
    "SELECT pg_advisory_xact_lock(hashtextextended('frequency|' || $1::uuid, s.share)) FROM"
    " (SELECT DISTINCT uuid_hash_extended(c, 0) & 63 AS share FROM unnest($2::uuid[]) c ORDER BY 1) s"};

// Not after any message of that moment.
Uuid FirstIdAt(Time at) {
  Uuid id;
  auto millis = static_cast<uint64_t>(std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count()));
  for (size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<uint8_t>(millis >> (40 - 8 * i));
  return id;
}

Uuid LastId() {
  Uuid id;
  id.bytes.fill(0xFF);
  return id;
}

}  // namespace

postgres::Call CountHandedOverCall(const Uuid& tenant, const std::vector<Count>& counts) {
  std::vector<Uuid> contacts, oldest, before;
  std::vector<Time> today, week;
  for (const Count& count : counts) {
    contacts.push_back(count.contact);
    oldest.push_back(FirstIdAt(count.since.week - kAskedBefore));
    before.push_back(count.before.is_nil() ? LastId() : count.before);
    today.push_back(count.since.today);
    week.push_back(count.since.week);
  }
  return {&kCount, Bound(tenant, contacts, oldest, before, today, week)};
}

HandedOver HandedOverOf(const postgres::Rows& rows, int i) { return {rows.Int64(i, 0), rows.Int64(i, 1)}; }

postgres::Call HoldFrequencyCall(const Uuid& tenant, const std::vector<Uuid>& contacts) { return {&kHoldCounts, Bound(tenant, contacts)}; }

}  // namespace vefa::notification
