#include "services/campaign/campaign/campaign_store.h"

#include <map>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/campaign/campaign_events.h"
#include "services/campaign/segment/predicate_sql.h"
#include "services/campaign/segment/segment_proto.h"
#include "services/campaign/segment/segment_store.h"
#include "services/campaign/template/template_store.h"

namespace vefa::campaign {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kCampaignsMax = 1000;

const Statement kCreateCampaign{
    "campaign_create",
    "WITH made AS ("
    "  INSERT INTO campaign (tenant_id, id, slug, display_name, segment_id, template_id, purpose, channel, state,"
    "    version, create_time)"
    "  SELECT $1, $2, $3, $4, s.id, t.id, $7, $8, 1, 1, $9 FROM segment s, template t"
    "  WHERE s.tenant_id = $1 AND s.slug = $5 AND t.tenant_id = $1 AND t.slug = $6"
    "  ON CONFLICT ON CONSTRAINT campaign_slug_key DO NOTHING RETURNING id, version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'campaigns/' || id, version, $10, 'campaign.created', $9, $11, NULL, $12") " FROM made)"
    " SELECT EXISTS (SELECT 1 FROM made), EXISTS (SELECT 1 FROM segment WHERE tenant_id = $1 AND slug = $5),"
    "  EXISTS (SELECT 1 FROM template WHERE tenant_id = $1 AND slug = $6) FROM logged"};

#define CAMPAIGN_ROWS                                                                                       \
  "SELECT c.id, c.slug, c.display_name, s.slug, t.slug, c.purpose, c.channel, c.state, c.version, c.create_time," \
  "  c.start_time, c.finish_time FROM campaign c"                                                           \
  " JOIN segment s ON s.tenant_id = c.tenant_id AND s.id = c.segment_id"                                    \
  " JOIN template t ON t.tenant_id = c.tenant_id AND t.id = c.template_id"
const Statement kGetCampaign{"campaign_get", CAMPAIGN_ROWS " WHERE c.tenant_id = $1 AND c.slug = $2"};
const Statement kListCampaigns{"campaign_list",
                      CAMPAIGN_ROWS " WHERE c.tenant_id = $1 ORDER BY c.create_time DESC, c.id DESC LIMIT $2"};
const Statement kTallies{
    "campaign_tallies",
    "SELECT y.campaign_id, y.state, y.reason, y.n FROM campaign_tally y JOIN campaign c"
    " ON c.tenant_id = y.tenant_id AND c.id = y.campaign_id WHERE y.tenant_id = $1 AND c.slug = $2"};
const Statement kListTallies{
    "campaign_list_tallies",
    "SELECT y.campaign_id, y.state, y.reason, y.n FROM campaign_tally y WHERE y.tenant_id = $1 AND y.campaign_id IN"
    " (SELECT id FROM campaign WHERE tenant_id = $1 ORDER BY create_time DESC, id DESC LIMIT $2)"};

const Statement kLockDraft{
    "campaign_lock",
    "SELECT c.id, c.state, s.predicate FROM campaign c JOIN segment s ON s.tenant_id = c.tenant_id AND s.id = c.segment_id"
    " WHERE c.tenant_id = $1 AND c.slug = $2 FOR UPDATE OF c"};
const Statement kStart{
    "campaign_start",
    "WITH moved AS ("
    "  UPDATE campaign SET state = 2, version = version + 1, start_time = $4"
    "  WHERE tenant_id = $1 AND id = $2 AND state = 1 RETURNING id, version),"
    " tallied AS (INSERT INTO campaign_tally (tenant_id, campaign_id, state, reason, n)"
    "  SELECT $1, id, 0, '', $3 FROM moved),"
    " run AS (INSERT INTO campaign_run (tenant_id, campaign_id, next_time, attempts, lease_until)"
    "  SELECT $1, id, now(), 0, '-infinity' FROM moved),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'campaigns/' || id, version, $5, 'campaign.started', $4, $6, NULL, $7") " FROM moved)"
    " SELECT version FROM moved, logged"};
const Statement kMove{
    "campaign_move",
    "WITH moved AS ("
    "  UPDATE campaign SET state = $4, version = version + 1 WHERE tenant_id = $1 AND slug = $2 AND state = $3"
    "  RETURNING id, version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'campaigns/' || id, version, $5, $6, $7, $8, NULL, $9") " FROM moved)"
    " SELECT version FROM moved, logged"};

std::optional<Time> OptionalTime(const Rows& rows, int row, int column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return rows.Timestamp(row, column);
}

std::vector<Campaign> ReadCampaigns(const Rows& rows, const Rows& tallies) {
  std::map<Uuid, Progress> progress;
  for (int i = 0; i < tallies.size(); ++i)
    progress[tallies.Id(i, 0)].Add(
        {static_cast<RecipientState>(tallies.Int64(i, 1)), tallies.String(i, 2), tallies.Int64(i, 3)});
  std::vector<Campaign> campaigns;
  for (int i = 0; i < rows.size(); ++i) {
    Campaign campaign{rows.Id(i, 0),
                      rows.String(i, 1),
                      rows.String(i, 2),
                      rows.String(i, 3),
                      rows.String(i, 4),
                      rows.String(i, 5),
                      static_cast<int16_t>(rows.Int64(i, 6)),
                      static_cast<CampaignState>(rows.Int64(i, 7)),
                      rows.Int64(i, 8),
                      rows.Timestamp(i, 9),
                      OptionalTime(rows, i, 10),
                      OptionalTime(rows, i, 11),
                      {}};
    campaign.progress = progress[campaign.id];
    campaigns.push_back(std::move(campaign));
  }
  return campaigns;
}

Error NoSuchCampaign() { return NotFound("CAMPAIGN_NOT_FOUND", "There is no such campaign; check the name."); }

// The audience snapshot: whoever is in the segment now. Returns how many.
Result<int64_t> TakeAudience(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& campaign,
                             const Predicate& predicate) {
  postgres::Params params = Bound(tenant, campaign);
  std::string sql = AudienceSql(predicate, params);
  Statement statement{"campaign_audience", sql.c_str(), true};
  VEFA_TRY(Rows rows, transaction.Execute(statement, std::move(params)));
  return rows.affected();
}

}  // namespace

Result<Campaign> CreateCampaign(postgres::Transaction& transaction, const Uuid& tenant, Campaign campaign,
                                const Clock& clock) {
  campaign.id = NewUuidV7(clock);
  campaign.version = 1;
  campaign.create_time = clock.Now();
  VEFA_TRY(Rows made, transaction.Execute(
                          kCreateCampaign, Bound(tenant, campaign.id, campaign.slug, campaign.display_name, campaign.segment,
                                         campaign.content, campaign.purpose, campaign.channel, campaign.create_time,
                                         NewUuidV7(clock), telemetry::CurrentTrace().traceparent(),
                                         Bytes{CreatedPayload(campaign)})));
  if (made.Bool(0, 0)) return campaign;
  if (!made.Bool(0, 1)) return NoSuchSegment();
  if (!made.Bool(0, 2)) return NoSuchTemplate();
  std::vector<Call> calls;
  calls.push_back({&kGetCampaign, Bound(tenant, campaign.slug)});
  calls.push_back({&kTallies, Bound(tenant, campaign.slug)});
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll(std::move(calls)));
  std::vector<Campaign> stored = ReadCampaigns(rows[0], rows[1]);
  if (!stored.empty() && SameContent(stored.front(), campaign)) return stored.front();
  return Error{Code::kAlreadyExists, "CAMPAIGN_ID_TAKEN", "Another campaign has this id; choose another id."};
}

Result<Campaign> GetCampaign(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                             Deadline deadline) {
  std::vector<Call> calls;
  calls.push_back({&kGetCampaign, Bound(tenant, slug)});
  calls.push_back({&kTallies, Bound(tenant, slug)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(Scope::Tenant(tenant), std::move(calls), deadline));
  std::vector<Campaign> found = ReadCampaigns(rows[0], rows[1]);
  if (found.empty()) return NoSuchCampaign();
  return std::move(found.front());
}

Result<std::vector<Campaign>> ListCampaigns(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  std::vector<Call> calls;
  calls.push_back({&kListCampaigns, Bound(tenant, kCampaignsMax)});
  calls.push_back({&kListTallies, Bound(tenant, kCampaignsMax)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(Scope::Tenant(tenant), std::move(calls), deadline));
  return ReadCampaigns(rows[0], rows[1]);
}

Result<bool> StartCampaign(postgres::Transaction& transaction, const Uuid& tenant, const std::string& slug,
                           const Clock& clock) {
  VEFA_TRY(Rows locked, transaction.Execute(kLockDraft, Bound(tenant, slug)));
  if (locked.empty()) return NoSuchCampaign();
  if (static_cast<CampaignState>(locked.Int64(0, 1)) != CampaignState::kDraft) return false;
  Uuid id = locked.Id(0, 0);
  VEFA_TRY(int64_t audience, TakeAudience(transaction, tenant, id, ReadStored(locked.String(0, 2))));
  VEFA_TRY(Rows moved,
           transaction.Execute(kStart, Bound(tenant, id, audience, clock.Now(), NewUuidV7(clock),
                                             telemetry::CurrentTrace().traceparent(),
                                             Bytes{StartedPayload(slug, audience)})));
  VEFA_CHECK(moved.size() == 1);  // We hold the lock of a draft.
  return true;
}

Result<bool> MoveCampaign(postgres::Database& database, const Uuid& tenant, const std::string& slug, const Move& move,
                          const Clock& clock, Deadline deadline) {
  VEFA_TRY(Rows moved,
           database.Run(Scope::Tenant(tenant), kMove,
                        Bound(tenant, slug, static_cast<int16_t>(move.from), static_cast<int16_t>(move.to),
                              NewUuidV7(clock), move.type, clock.Now(), telemetry::CurrentTrace().traceparent(),
                              Bytes{move.payload}),
                        deadline));
  return !moved.empty();
}

}  // namespace vefa::campaign
