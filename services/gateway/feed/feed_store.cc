#include "services/gateway/feed/feed_store.h"

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;

// Where a tenant's feed ends, and up to where the life $3 of a reader's place and the feed's present one are the
// same history: beyond it, one number may mean two events.
#define FEED_HEAD                                                                                \
  "(SELECT f.seq, f.incarnation,"                                                                \
  "   CASE WHEN f.incarnation = $3 THEN f.seq"                                                   \
  "        ELSE coalesce((SELECT min(later.begin_seq) FROM feed_life later"                      \
  "                       WHERE later.tenant_id = $1 AND later.incarnation > $3"                 \
  "                         AND EXISTS (SELECT 1 FROM feed_life own"                             \
  "                                     WHERE own.tenant_id = $1 AND own.incarnation = $3)), 0)" \
  "   END AS shared"                                                                             \
  " FROM feed_tenant f WHERE f.tenant_id = $1 AND $2::bigint IS NOT NULL)"

// One statement, so that all of it is of one moment. The limit is a constant, so that the plan is one for few rows.
#define FEED_READ(limit)                                                                                        \
  "SELECT t.seq, t.incarnation, t.shared, e.seq, e.event_type, e.subject, e.classification, e.envelope"         \
  " FROM " FEED_HEAD                                                                                            \
  " t"                                                                                                          \
  " LEFT JOIN LATERAL ("                                                                                        \
  "   SELECT * FROM (SELECT p.*,"                                                                               \
  "                    sum(octet_length(p.envelope)) OVER (ORDER BY p.seq) - octet_length(p.envelope) AS bytes" \
  "                  FROM (SELECT seq, event_type, subject, classification, envelope FROM feed_event"           \
  "                        WHERE tenant_id = $1 AND seq > $2 AND seq <= t.seq ORDER BY seq LIMIT " limit        \
  ") p) q"                                                                                                      \
  "   WHERE q.bytes < $4) e ON $2 <= t.shared"                                                                  \
  " ORDER BY e.seq"

const postgres::Statement kRead{"feed_read", FEED_READ("500")};
const postgres::Statement kReadFew{"feed_read_few", FEED_READ("20")};
static_assert(kFeedPageMax == 500 && kFeedFew == 20);

const postgres::Statement kLocate{"feed_locate", "SELECT t.seq, t.incarnation, t.shared FROM " FEED_HEAD " t"};

const postgres::Statement kBounds{
    "feed_bounds",
    "SELECT seq, incarnation, coalesce((SELECT min(e.seq) - 1 FROM feed_event e WHERE e.tenant_id = $1), seq)"
    " FROM feed_tenant WHERE tenant_id = $1"};

const postgres::Statement kFindPlace{
    "feed_find",
    "SELECT t.incarnation, e.seq, e.event_type, e.subject, e.classification, e.envelope"
    " FROM feed_event e JOIN feed_tenant t ON t.tenant_id = e.tenant_id WHERE e.tenant_id = $1 AND e.event_id = $2"
    " ORDER BY e.seq LIMIT 1"};

const postgres::Statement kHeads{"feed_heads",
                                 "SELECT tenant_id, incarnation, seq FROM feed_tenant WHERE tenant_id = ANY ($1)"};

// The columns from `first` on: seq, event_type, subject, classification, envelope.
std::shared_ptr<const FeedEntry> EntryAt(const Rows& rows, int row, int first, const Uuid& tenant, const Uuid& life) {
  auto entry = std::make_shared<FeedEntry>(tenant, FeedPlace{life, rows.Int64(row, first)});
  entry->type = rows.String(row, first + 1);
  entry->subject = rows.String(row, first + 2);
  entry->classification = rows.String(row, first + 3);
  entry->envelope = rows.String(row, first + 4);
  return entry;
}

}  // namespace

Status FeedStore::CheckShared(const Rows& rows, const Uuid& tenant, const FeedPlace& place) const {
  Uuid life = rows.empty() ? Uuid{} : rows.Id(0, 1);
  int64_t shared = rows.empty() ? 0 : rows.Int64(0, 2);
  if (place.seq > shared) return CursorUnknown(codec_.Encode(tenant, {life, shared}));
  return Ok();
}

Result<FeedPage> FeedStore::Read(const Uuid& tenant, const FeedPlace& after, Deadline deadline, bool few) const {
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), few ? kReadFew : kRead,
                                    Bound(tenant, after.seq, after.life, kFeedPageBytes), deadline));
  VEFA_TRY_OK(CheckShared(rows, tenant, after));
  FeedPage page;
  if (rows.empty()) return page;
  page.head = {rows.Id(0, 1), rows.Int64(0, 0)};
  page.next = {page.head.life, after.seq};
  // Numbers have no gaps: one that is missing was dropped with its day.
  int64_t first = rows.IsNull(0, 3) ? page.head.seq + 1 : rows.Int64(0, 3);
  if (first > after.seq + 1) return CursorExpired(codec_.Encode(tenant, {page.head.life, first - 1}));
  if (rows.IsNull(0, 3)) return page;
  page.entries.reserve(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) page.entries.push_back(EntryAt(rows, i, 3, tenant, page.head.life));
  page.next = page.entries.back()->place();
  return page;
}

Result<FeedPlace> FeedStore::Locate(const Uuid& tenant, const FeedPlace& place, Deadline deadline) const {
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kLocate, Bound(tenant, place.seq, place.life), deadline));
  VEFA_TRY_OK(CheckShared(rows, tenant, place));
  return FeedPlace{rows.empty() ? Uuid{} : rows.Id(0, 1), place.seq};
}

Result<FeedBounds> FeedStore::Bounds(const Uuid& tenant, Deadline deadline) const {
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kBounds, Bound(tenant), deadline));
  if (rows.empty()) return FeedBounds{};
  Uuid life = rows.Id(0, 1);
  return FeedBounds{{life, rows.Int64(0, 2)}, {life, rows.Int64(0, 0)}};
}

Result<std::shared_ptr<const FeedEntry>> FeedStore::Find(const Uuid& tenant, const Uuid& event,
                                                         Deadline deadline) const {
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kFindPlace, Bound(tenant, event), deadline));
  if (rows.empty())
    return NotFound("EVENT_NOT_FOUND", "The feed has no such event, or no longer; the ledgers keep them for longer.");
  return EntryAt(rows, 0, 1, tenant, rows.Id(0, 0));
}

Result<std::vector<std::pair<Uuid, FeedPlace>>> ReadFeedHeads(postgres::Database& pump,
                                                              const std::vector<Uuid>& tenants, Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::Tenants(tenants), kHeads, Bound(tenants), deadline));
  std::vector<std::pair<Uuid, FeedPlace>> heads;
  for (int i = 0; i < rows.size(); ++i) heads.push_back({rows.Id(i, 0), {rows.Id(i, 1), rows.Int64(i, 2)}});
  return heads;
}

}  // namespace vefa::gateway
