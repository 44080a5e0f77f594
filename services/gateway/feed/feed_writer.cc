#include "services/gateway/feed/feed_writer.h"

#include "libs/base/fault_point.h"
#include "libs/base/text.h"
#include "services/gateway/feed/envelope.h"

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Rows;

// Which life of the database this is, should it have been restored while we ran.
const postgres::Statement kCheckLife{"feed_check_life", "SELECT check_incarnation()"};

// The days an insert of this moment may need; they are there already unless nobody kept days for long.
const postgres::Statement kAddDays{"feed_add_days",
                                   "SELECT add_feed_day(day), add_feed_day(day + 1)"
                                   " FROM (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day) d"};

// Takes numbers for each tenant, in the order of tenants so that two writers cannot wait for each other,
// and gives them to the tenant's events in their order. A life's first numbers end the one before it.
const postgres::Statement kWrite{
    "feed_write",
    "WITH given AS ("
    "  SELECT g.*, row_number() OVER (PARTITION BY g.tenant_id ORDER BY g.ord) AS place"
    "  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[])"
    "    WITH ORDINALITY AS g(tenant_id, event_id, event_type, subject, classification, record_time, envelope, ord)),"
    " counted AS (SELECT tenant_id, count(*) AS n FROM given GROUP BY tenant_id),"
    " numbered AS ("
    "  INSERT INTO feed_tenant AS t (tenant_id, seq, incarnation, day)"
    "  SELECT c.tenant_id, c.n, i.incarnation, (clock_timestamp() AT TIME ZONE 'UTC')::date"
    "  FROM counted c CROSS JOIN db_identity i ORDER BY c.tenant_id"
    "  ON CONFLICT (tenant_id) DO UPDATE SET seq = t.seq + excluded.seq,"
    "    incarnation = greatest(t.incarnation, excluded.incarnation), day = greatest(t.day, excluded.day)"
    "  RETURNING tenant_id, seq, incarnation, day),"
    " lives AS ("
    "  INSERT INTO feed_life (tenant_id, incarnation, begin_seq)"
    "  SELECT n.tenant_id, n.incarnation, n.seq - c.n FROM numbered n JOIN counted c USING (tenant_id)"
    "  ON CONFLICT DO NOTHING)"
    " INSERT INTO feed_event"
    "   (tenant_id, day, seq, event_id, event_type, subject, classification, record_time, envelope)"
    " SELECT n.tenant_id, n.day, n.seq - c.n + g.place, g.event_id, g.event_type, g.subject, g.classification,"
    "   g.record_time, g.envelope"
    " FROM given g JOIN counted c USING (tenant_id) JOIN numbered n USING (tenant_id)"};

const postgres::Statement kKeepDays{"feed_keep_days", "SELECT keep_feed_days($1, $2)"};

}  // namespace

FeedWriter::FeedWriter(std::function<void()> moved, telemetry::Metrics& metrics)
    : moved_(std::move(moved)),
      written_(
          metrics.AddCounter("vefa_feed_events_written_total", "Events numbered and kept for readers of the feed.")) {}

Status FeedWriter::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  std::vector<Uuid> tenants, ids;
  std::vector<std::string> types, subjects, classifications, envelopes;
  std::vector<Time> times;
  for (const events::Event& event : events) {
    VEFA_TRY_OK(CheckWritable(event));
    tenants.push_back(event.tenant);
    ids.push_back(event.id);
    types.push_back(event.type);
    subjects.push_back(event.subject);
    classifications.push_back(ClassificationOf(event));
    times.push_back(event.record_time);
    envelopes.push_back(ToEnvelope(event).SerializeAsString());
  }
  if (FaultPoint("feed.write")) return Unavailable("DATABASE_UNAVAILABLE", "A fault was asked for.");
  VEFA_TRY(std::vector<Rows> done,
           transaction.ExecuteAll({{&kCheckLife, {}},
                                   {&kAddDays, {}},
                                   {&kWrite, Bound(tenants, ids, types, subjects, classifications, times,
                                                   postgres::BindBytes(envelopes))}}));
  VEFA_CHECK(done.back().affected() == static_cast<int64_t>(events.size()));
  written_.Add(static_cast<double>(events.size()));
  return Ok();
}

Result<int> KeepFeedDays(postgres::Database& pump, Time now, int kept, Deadline deadline) {
  VEFA_TRY(Rows rows,
           pump.Run(postgres::Scope::Tenants({}), kKeepDays, Bound(postgres::Day{DayOf(now)}, kept), deadline));
  return rows.Int32(0, 0);
}

}  // namespace vefa::gateway
