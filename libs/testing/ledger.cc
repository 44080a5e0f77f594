#include "libs/testing/ledger.h"

namespace vefa::testing {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int kPage = 500;

#define VEFA_LEDGER_COLUMNS                                                                                         \
  "id, tenant_id, subject, aggregate_version, event_id, event_type, occur_time, record_time, traceparent, payload," \
  " (SELECT incarnation FROM db_identity)"

const Statement kFetch{"test_ledger_fetch", "SELECT " VEFA_LEDGER_COLUMNS
                                            " FROM event_log WHERE tenant_id = $1 AND subject = $2"
                                            " AND aggregate_version BETWEEN $3 AND $4 ORDER BY aggregate_version"};
const Statement kRead{"test_ledger_read", "SELECT " VEFA_LEDGER_COLUMNS
                                          " FROM event_log WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"};

events::Event ReadEvent(const Rows& rows, int row, const std::string& topic) {
  events::Event event;
  event.tenant = rows.Id(row, 1);
  event.subject = rows.String(row, 2);
  event.aggregate_version = rows.Int64(row, 3);
  event.id = rows.Id(row, 4);
  event.type = rows.String(row, 5);
  event.occur_time = rows.Timestamp(row, 6);
  event.record_time = rows.Timestamp(row, 7);
  event.traceparent = rows.String(row, 8);
  event.payload = rows.String(row, 9);
  event.incarnation = rows.Id(row, 10);
  event.topic = topic;
  return event;
}

Error Unknown() { return NotFound("LEDGER_UNKNOWN", "Nobody owns the topic."); }

}  // namespace

Result<std::vector<events::Event>> DatabaseLedger::Fetch(const std::string& topic, const Uuid& tenant,
                                                         const std::string& subject, int64_t from, int64_t to,
                                                         Deadline deadline) {
  auto owner = owners_.find(topic);
  if (owner == owners_.end()) return Unknown();
  VEFA_TRY(Rows rows, owner->second->Run(Scope::Tenant(tenant), kFetch, Bound(tenant, subject, from, to), deadline));
  std::vector<events::Event> found;
  for (int i = 0; i < rows.size(); ++i) found.push_back(ReadEvent(rows, i, topic));
  if (found.empty() || found.front().aggregate_version != from)
    return Error{Code::kFailedPrecondition, "EVENTS_DROPPED", "The ledger no longer holds the first one."};
  return found;
}

Result<std::vector<events::Event>> DatabaseLedger::Read(const std::string& topic, const Uuid& tenant,
                                                        std::string& token, Deadline deadline) {
  before_page();
  auto owner = owners_.find(topic);
  if (owner == owners_.end()) return Unknown();
  int64_t after = token.empty() ? -1 : std::stoll(token);
  VEFA_TRY(Rows rows, owner->second->Run(Scope::Tenant(tenant), kRead, Bound(tenant, after, int64_t{kPage}), deadline));
  std::vector<events::Event> found;
  for (int i = 0; i < rows.size(); ++i) found.push_back(ReadEvent(rows, i, topic));
  token = rows.size() < kPage ? "" : std::to_string(rows.Int64(rows.size() - 1, 0));
  return found;
}

}  // namespace vefa::testing
