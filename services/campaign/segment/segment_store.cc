#include "services/campaign/segment/segment_store.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/campaign/campaign_events.h"
#include "services/campaign/segment/predicate_sql.h"

namespace vefa::campaign {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kListMax = 1000;

#define SEGMENT_COLUMNS "id, slug, display_name, predicate, expression, hash, version, create_time"

const Statement kCreate{
    "segment_create",
    "WITH made AS ("
    "  INSERT INTO segment (tenant_id, " SEGMENT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)"
    "  ON CONFLICT ON CONSTRAINT segment_slug_key DO NOTHING RETURNING id, version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'segments/' || id, version, $9, 'segment.created', $8, $10, NULL, $11") " FROM made)"
    " SELECT version FROM made, logged"};
const Statement kGet{"segment_get", "SELECT " SEGMENT_COLUMNS " FROM segment WHERE tenant_id = $1 AND slug = $2"};
const Statement kList{"segment_list",
                      "SELECT " SEGMENT_COLUMNS " FROM segment WHERE tenant_id = $1 ORDER BY slug LIMIT $2"};

Segment ReadSegment(const Rows& rows, int i) {
  return {rows.Id(i, 0),     rows.String(i, 1), rows.String(i, 2), rows.String(i, 3),
          rows.String(i, 4), rows.String(i, 5), rows.Int64(i, 6),  rows.Timestamp(i, 7)};
}

}  // namespace

Error NoSuchSegment() { return NotFound("SEGMENT_NOT_FOUND", "There is no such segment; check the name."); }

Result<Segment> CreateSegment(postgres::Transaction& transaction, const Uuid& tenant, Segment segment,
                              const Clock& clock) {
  segment.id = NewUuidV7(clock);
  segment.version = 1;
  segment.create_time = clock.Now();
  VEFA_TRY(Rows made,
           transaction.Execute(kCreate, Bound(tenant, segment.id, segment.slug, segment.display_name,
                                              Bytes{segment.predicate}, segment.expression, Bytes{segment.hash},
                                              segment.create_time, NewUuidV7(clock),
                                              telemetry::CurrentTrace().traceparent(), Bytes{CreatedPayload(segment)})));
  if (!made.empty()) return segment;
  VEFA_TRY(Rows rows, transaction.Execute(kGet, Bound(tenant, segment.slug)));
  if (!rows.empty()) {
    Segment stored = ReadSegment(rows, 0);
    if (SameContent(stored, segment)) return stored;
  }
  return Error{Code::kAlreadyExists, "SEGMENT_ID_TAKEN", "Another segment has this id; choose another id."};
}

Result<Segment> GetSegment(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                           Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGet, Bound(tenant, slug), deadline));
  if (rows.empty()) return NoSuchSegment();
  return ReadSegment(rows, 0);
}

Result<std::vector<Segment>> ListSegments(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kList, Bound(tenant, kListMax), deadline));
  std::vector<Segment> segments;
  for (int i = 0; i < rows.size(); ++i) segments.push_back(ReadSegment(rows, i));
  return segments;
}

Result<SegmentSize> CountContacts(postgres::Database& database, const Uuid& tenant, const Predicate& predicate,
                                  Deadline deadline) {
  postgres::Params params = Bound(tenant);
  std::string sql = CountSql(predicate, params);
  Statement statement{"segment_count", sql.c_str(), true};
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), statement, std::move(params), deadline));
  return SegmentSize{rows.Int64(0, 0), rows.Int64(0, 1), rows.Int64(0, 2), rows.Timestamp(0, 3)};
}

Result<std::vector<Uuid>> ListMembers(postgres::Database& database, const Uuid& tenant, const Predicate& predicate,
                                      const Uuid& after, int size, Deadline deadline) {
  postgres::Params params = Bound(tenant, after, static_cast<int32_t>(size));
  std::string sql = MembersSql(predicate, params);
  Statement statement{"segment_members", sql.c_str(), true};
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), statement, std::move(params), deadline));
  std::vector<Uuid> members;
  for (int i = 0; i < rows.size(); ++i) members.push_back(rows.Id(i, 0));
  return members;
}

}  // namespace vefa::campaign
