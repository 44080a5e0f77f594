#include "services/campaign/campaign/run_store.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/campaign/campaign_events.h"

namespace vefa::campaign {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kClaim{
    "run_claim",
    "WITH due AS ("
    "  SELECT r.tenant_id, r.campaign_id FROM campaign_run r"
    "  JOIN campaign c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id"
    "  WHERE c.state = 2 AND r.next_time <= now() AND r.lease_until < now()"
    "  ORDER BY r.next_time LIMIT 1 FOR UPDATE OF r SKIP LOCKED)"
    " UPDATE campaign_run r SET lease_owner = $1, lease_until = now() + make_interval(secs => $2) FROM due d"
    " WHERE r.tenant_id = d.tenant_id AND r.campaign_id = d.campaign_id"
    " RETURNING r.tenant_id, r.campaign_id, r.attempts"};
const Statement kCampaign{
    "run_campaign",
    "SELECT slug, display_name, purpose, channel, state FROM campaign WHERE tenant_id = $1 AND id = $2"};
const Statement kTexts{
    "run_texts",
    "SELECT l.language, l.subject, l.body, l.html FROM campaign c"
    " JOIN template t ON t.tenant_id = c.tenant_id AND t.id = c.template_id,"
    " unnest(t.languages, t.subjects, t.texts, t.htmls) AS l(language, subject, body, html)"
    " WHERE c.tenant_id = $1 AND c.id = $2"};
const Statement kWaiting{
    "run_waiting",
    "SELECT contact_id FROM campaign_recipient WHERE tenant_id = $1 AND campaign_id = $2 AND state = 0"
    " ORDER BY contact_id LIMIT $3"};
const Statement kRelease{
    "run_release",
    "UPDATE campaign_run SET next_time = now() + make_interval(secs => $4), attempts = $5, lease_owner = NULL,"
    "  lease_until = '-infinity' WHERE tenant_id = $1 AND campaign_id = $2 AND lease_owner = $3"};
const Statement kLock{"run_lock", "SELECT slug, state FROM campaign WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};
const Statement kRunTallies{"run_tallies",
                         "SELECT state, reason, n FROM campaign_tally WHERE tenant_id = $1 AND campaign_id = $2"};
const Statement kComplete{
    "run_complete",
    "WITH moved AS ("
    "  UPDATE campaign SET state = 4, version = version + 1, finish_time = $3"
    "  WHERE tenant_id = $1 AND id = $2 AND state = 2 RETURNING id, version),"
    " ended AS (DELETE FROM campaign_run WHERE tenant_id = $1 AND campaign_id = $2),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'campaigns/' || id, version, $4, 'campaign.completed', $3, $5, NULL, $6") " FROM moved)"
    " SELECT version FROM moved, logged"};

double Seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

Result<std::optional<Run>> ClaimRun(postgres::Database& pump, const Uuid& owner, std::chrono::seconds lease,
                                    Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::EveryTenant(), kClaim, Bound(owner, Seconds(lease)), deadline));
  if (rows.empty()) return std::optional<Run>();
  return std::optional<Run>(Run{rows.Id(0, 0), rows.Id(0, 1), rows.Int32(0, 2)});
}

Result<Batch> TakeBatch(postgres::Database& pump, const Run& run, int size, Deadline deadline) {
  std::vector<Call> calls;
  calls.push_back({&kCampaign, Bound(run.tenant, run.campaign)});
  calls.push_back({&kTexts, Bound(run.tenant, run.campaign)});
  calls.push_back({&kWaiting, Bound(run.tenant, run.campaign, static_cast<int32_t>(size))});
  VEFA_TRY(std::vector<Rows> rows, pump.Run(Scope::Tenants({run.tenant}), std::move(calls), deadline));
  VEFA_CHECK(rows[0].size() == 1);  // A run refers to its campaign.
  Batch batch;
  batch.tenant = run.tenant;
  batch.campaign = rows[0].String(0, 0);
  batch.title = rows[0].String(0, 1);
  batch.purpose = rows[0].String(0, 2);
  batch.channel = static_cast<int16_t>(rows[0].Int64(0, 3));
  batch.running = static_cast<CampaignState>(rows[0].Int64(0, 4)) == CampaignState::kRunning;
  for (int i = 0; i < rows[1].size(); ++i)
    batch.texts.push_back({rows[1].String(i, 0), rows[1].String(i, 1), rows[1].String(i, 2), rows[1].String(i, 3)});
  for (int i = 0; i < rows[2].size(); ++i) batch.contacts.push_back(rows[2].Id(i, 0));
  return batch;
}

Status ReleaseRun(postgres::Transaction& transaction, const Run& run, const Uuid& owner,
                  std::chrono::milliseconds rest, int attempts) {
  VEFA_TRY_OK(transaction.Execute(
      kRelease, Bound(run.tenant, run.campaign, owner, Seconds(rest), static_cast<int32_t>(attempts))));
  return Ok();
}

Result<bool> CompleteRun(postgres::Transaction& transaction, const Run& run, const Clock& clock) {
  VEFA_TRY(Rows locked, transaction.Execute(kLock, Bound(run.tenant, run.campaign)));
  if (static_cast<CampaignState>(locked.Int64(0, 1)) != CampaignState::kRunning) return false;
  VEFA_TRY(Rows tallies, transaction.Execute(kRunTallies, Bound(run.tenant, run.campaign)));
  Progress progress;
  for (int i = 0; i < tallies.size(); ++i)
    progress.Add({static_cast<RecipientState>(tallies.Int64(i, 0)), tallies.String(i, 1), tallies.Int64(i, 2)});
  if (!progress.over()) return false;
  VEFA_TRY_OK(transaction.Execute(
      kComplete, Bound(run.tenant, run.campaign, clock.Now(), NewUuidV7(clock), telemetry::CurrentTrace().traceparent(),
                       Bytes{CompletedPayload(locked.String(0, 0), progress)})));
  return true;
}

}  // namespace vefa::campaign
