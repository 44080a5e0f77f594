#include "libs/rpc/ledger.h"

#include <algorithm>
#include <limits>

namespace vefa::rpc {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;

// A payload may have 900 KiB: rows alone do not bound an answer.
constexpr int64_t kPageBytesMax = 4 << 20;
// Ids looked through for one page of one tenant's events. Without it a small tenant's page would read the
// ledger of all.
constexpr int64_t kPageIdsMax = 200'000;

#define VEFA_LEDGER_COLUMNS \
  "id, subject, aggregate_version, event_id, event_type, occur_time, record_time, traceparent, causation_id, payload"

const postgres::Statement kBounds{
    "ledger_bounds",
    "SELECT (SELECT incarnation FROM db_identity), min(aggregate_version), max(aggregate_version)"
    " FROM event_log WHERE tenant_id = $1 AND subject = $2"};
// The first row always goes in, whatever its size.
const postgres::Statement kFetch{
    "ledger_fetch",
    "SELECT " VEFA_LEDGER_COLUMNS " FROM"
    " (SELECT *, sum(octet_length(payload)) OVER (ORDER BY aggregate_version) - octet_length(payload) AS bytes_before FROM"
    "  (SELECT " VEFA_LEDGER_COLUMNS " FROM event_log"
    "    WHERE tenant_id = $1 AND subject = $2 AND aggregate_version BETWEEN $3 AND $4"
    "    ORDER BY aggregate_version LIMIT $5) rows) counted"
    " WHERE bytes_before < $6 ORDER BY aggregate_version"};
// Read before the rows, so that the end it tells of is not ahead of them.
const postgres::Statement kEnd{
    "ledger_end", "SELECT (SELECT incarnation FROM db_identity), (SELECT last_value FROM event_log_id_seq)"};
const postgres::Statement kRead{
    "ledger_read",
    "SELECT " VEFA_LEDGER_COLUMNS ", found FROM"
    " (SELECT *, sum(octet_length(payload)) OVER (ORDER BY id) - octet_length(payload) AS bytes_before,"
    "         count(*) OVER () AS found FROM"
    "  (SELECT " VEFA_LEDGER_COLUMNS " FROM event_log"
    "    WHERE tenant_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4) rows) counted"
    " WHERE bytes_before < $5 ORDER BY id"};
constexpr int kFoundColumn = 10;

events::Event ToEvent(const Rows& rows, int row, const Uuid& tenant, const Uuid& incarnation) {
  events::Event event;
  event.tenant = tenant;
  event.incarnation = incarnation;
  event.subject = rows.String(row, 1);
  event.aggregate_version = rows.Int64(row, 2);
  event.id = rows.Id(row, 3);
  event.type = rows.String(row, 4);
  event.occur_time = rows.Timestamp(row, 5);
  event.record_time = rows.Timestamp(row, 6);
  event.traceparent = rows.String(row, 7);
  if (!rows.IsNull(row, 8)) event.causation_id = rows.Id(row, 8);
  event.payload = rows.String(row, 9);
  return event;
}

}  // namespace

Result<Ledger::Versions> Ledger::Fetch(const Uuid& tenant, const std::string& subject, int64_t from, int64_t to,
                                       int size, Deadline deadline) {
  from = std::max<int64_t>(from, 1);
  if (to <= 0) to = std::numeric_limits<int64_t>::max();
  VEFA_TRY(std::vector<Rows> answers,
           service_.Run(Scope::Tenant(tenant),
                        {{&kBounds, Bound(tenant, subject)},
                         {&kFetch, Bound(tenant, subject, from, to, int64_t{size}, kPageBytesMax)}},
                        deadline));
  const Rows& bounds = answers[0];
  if (bounds.IsNull(0, 1))
    return NotFound("SUBJECT_UNKNOWN", "No event of " + subject + " is in the ledger of " + source_.service +
                                           "; check the name and the service.");
  Versions page;
  int64_t earliest = bounds.Int64(0, 1);
  page.newest = bounds.Int64(0, 2);
  if (from < earliest) {
    Error dropped{Code::kFailedPrecondition, "EVENTS_DROPPED",
                  "The ledger keeps " + subject + " from version " + std::to_string(earliest) +
                      " on; ask from there, or read the state topic."};
    dropped.metadata["earliest_version"] = std::to_string(earliest);
    return dropped;
  }
  for (int row = 0; row < answers[1].size(); ++row)
    page.events.push_back(ToEvent(answers[1], row, tenant, bounds.Id(0, 0)));
  if (page.events.empty()) return page;
  int64_t last = page.events.back().aggregate_version;
  page.newest = std::max(page.newest, last);
  if (last < std::min(to, page.newest)) page.next = last + 1;
  return page;
}

Result<Ledger::Log> Ledger::Read(const Uuid& tenant, int64_t after, int size, Deadline deadline) {
  int64_t until = after + kPageIdsMax;
  VEFA_TRY(std::vector<Rows> answers,
           service_.Run(Scope::Tenant(tenant),
                        {{&kEnd, {}}, {&kRead, Bound(tenant, after, until, int64_t{size}, kPageBytesMax)}}, deadline));
  const Rows& rows = answers[1];
  Log page;
  for (int row = 0; row < rows.size(); ++row) page.events.push_back(ToEvent(rows, row, tenant, answers[0].Id(0, 0)));
  bool cut = !rows.empty() && (rows.Int64(0, kFoundColumn) == size || rows.Int64(0, kFoundColumn) > rows.size());
  if (cut) {
    page.next = rows.Int64(rows.size() - 1, 0);
  } else if (until < answers[0].Int64(0, 1)) {
    page.next = until;
  }
  return page;
}

}  // namespace vefa::rpc
