#include "services/notification/delivery/delivery_store.h"

#include "services/notification/suppression_store.h"

namespace vefa::notification {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kDue{
    "chunk_due",
    "SELECT tenant_id, id, lane, originator, purpose, channel, content_id, messages, contacts, attempt, create_time,"
    " traceparent FROM send_chunk WHERE lane = ANY($1) AND NOT done AND due_time <= clock_timestamp()"
    " AND id <> ALL($2) ORDER BY due_time, id LIMIT $3"};

// Settled in this chunk, or ended in any: the second can only be when two owners disagreed.
const Statement kSettled{
    "chunk_settled",
    "SELECT ord FROM send_result WHERE tenant_id = $1 AND chunk_id = $2 UNION"
    " SELECT m.ord::int - 1 FROM unnest($3::uuid[]) WITH ORDINALITY AS m(id, ord) JOIN send_result r"
    " ON r.tenant_id = $1 AND r.message_id = m.id AND r.state <> 7"};

const Statement kContent{"content_load", "SELECT content FROM content WHERE tenant_id = $1 AND id = $2"};
const Statement kOrdinal{"tenant_ordinal_load", "SELECT ordinal FROM tenant_ordinal WHERE tenant_id = $1"};

// FOR SHARE: whoever takes the lane over waits for this to commit, and then sees it.
const Statement kOpenWindow{
    "window_open",
    "INSERT INTO send_window (tenant_id, chunk_id, lo, hi, lane, epoch, create_time)"
    " SELECT $1, $2, $3, $4, l.id, l.epoch, clock_timestamp() FROM send_lane l"
    " WHERE l.id = $5 AND l.epoch = $6 AND l.until_time > clock_timestamp() FOR SHARE"
    // The same window again, when nobody could tell whether the first try was committed.
    " ON CONFLICT (tenant_id, chunk_id, epoch, lo) DO UPDATE SET hi = greatest(send_window.hi, excluded.hi)"};

const Statement kAmbiguous{
    "window_ambiguous",
    "SELECT w.tenant_id, w.chunk_id, w.epoch, g.ord, c.messages[g.ord + 1], c.contacts[g.ord + 1], c.originator, c.purpose,"
    " c.channel, c.traceparent FROM send_window w"
    " JOIN send_chunk c ON c.tenant_id = w.tenant_id AND c.id = w.chunk_id"
    " CROSS JOIN LATERAL generate_series(w.lo, w.hi) AS g(ord)"
    " LEFT JOIN send_result r ON r.tenant_id = w.tenant_id AND r.chunk_id = w.chunk_id AND r.ord = g.ord"
    " WHERE w.lane = $1 AND w.epoch < $2 AND r.ord IS NULL ORDER BY w.tenant_id, w.chunk_id, g.ord"};
const Statement kDropWindows{"window_drop", "DELETE FROM send_window WHERE lane = $1 AND epoch < $2"};

}  // namespace

Result<std::vector<Chunk>> LoadDueChunks(postgres::Database& pump, const std::vector<LaneLeases::Lane>& lanes,
                                         const std::vector<Uuid>& active, int limit, Deadline deadline) {
  std::vector<int16_t> ids;
  for (const LaneLeases::Lane& lane : lanes) ids.push_back(lane.id);
  VEFA_TRY(Rows rows, pump.Run(Scope::EveryTenant(), kDue, Bound(ids, active, static_cast<int64_t>(limit)), deadline));
  std::vector<Chunk> chunks;
  for (int i = 0; i < rows.size(); ++i)
    chunks.push_back({rows.Id(i, 0), rows.Id(i, 1), static_cast<int16_t>(rows.Int32(i, 2)), rows.String(i, 3),
                      rows.String(i, 4), static_cast<short>(rows.Int32(i, 5)), rows.Id(i, 6), rows.Ids(i, 7),
                      rows.Ids(i, 8), rows.Int32(i, 9), rows.Timestamp(i, 10), rows.String(i, 11)});
  return chunks;
}

Result<std::unordered_set<int>> LoadSettled(postgres::Database& pump, const Chunk& chunk, Deadline deadline) {
  VEFA_TRY(auto rows, pump.Run(Scope::Tenants({chunk.tenant}),
                               {{&kPlanForTheseValues, {}},
                                {&kSettled, Bound(chunk.tenant, chunk.id, chunk.messages)}},
                               deadline));
  std::unordered_set<int> settled;
  for (int i = 0; i < rows.back().size(); ++i) settled.insert(rows.back().Int32(i, 0));
  return settled;
}

Result<std::string> LoadContent(postgres::Database& pump, const Uuid& tenant, const Uuid& id, Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::Tenants({tenant}), kContent, Bound(tenant, id), deadline));
  if (rows.empty()) return NotFound("CONTENT_NOT_FOUND", "The content of a chunk is missing.");
  return rows.String(0, 0);
}

Result<int32_t> LoadTenantOrdinal(postgres::Database& pump, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::Tenants({tenant}), kOrdinal, Bound(tenant), deadline));
  if (rows.empty()) return NotFound("TENANT_ORDINAL", "The tenant has no ordinal.");
  return rows.Int32(0, 0);
}

Result<Window> OpenWindow(postgres::Database& pump, const Chunk& chunk, int lo, int hi, int64_t epoch,
                          const std::vector<std::string>& address_hashes, const std::vector<Count>& counts, Deadline deadline) {
  std::vector<postgres::Call> calls = {{&kOpenWindow, Bound(chunk.tenant, chunk.id, static_cast<int32_t>(lo), static_cast<int32_t>(hi),
                                                            chunk.lane, epoch)},
                                       FindSuppressedCall(chunk.tenant, chunk.channel, chunk.purpose, address_hashes)};
  if (!counts.empty()) calls.push_back(CountHandedOverCall(chunk.tenant, counts));
  VEFA_TRY(auto rows, pump.Run(Scope::Tenants({chunk.tenant}), std::move(calls), deadline));
  Window window{rows[0].affected() == 1, SuppressedOf(rows[1]), {}};
  for (int i = 0; i < static_cast<int>(counts.size()); ++i) window.handed.push_back(HandedOverOf(rows[2], i));
  return window;
}

Result<std::vector<Ambiguous>> LoadAmbiguous(postgres::Database& pump, const LaneLeases::Lane& lane, Deadline deadline) {
  VEFA_TRY(auto answers, pump.Run(Scope::EveryTenant(),
                                  {{&kPlanForTheseValues, {}}, {&kAmbiguous, Bound(lane.id, lane.epoch)}}, deadline));
  const Rows& rows = answers.back();
  std::vector<Ambiguous> found;
  for (int i = 0; i < rows.size(); ++i)
    found.push_back({rows.Id(i, 0), rows.Id(i, 1), rows.Int64(i, 2), rows.Int32(i, 3),
                     {rows.Id(i, 4), rows.Id(i, 5), rows.String(i, 6), rows.String(i, 7), static_cast<short>(rows.Int32(i, 8))},
                     rows.String(i, 9)});
  return found;
}

Status DropWindows(postgres::Database& pump, const LaneLeases::Lane& lane, Deadline deadline) {
  VEFA_TRY_OK(pump.Run(Scope::EveryTenant(), kDropWindows, Bound(lane.id, lane.epoch), deadline));
  return Ok();
}

}  // namespace vefa::notification
