#include "services/campaign/campaign/recipient_store.h"

namespace vefa::campaign {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// The condition in `locked` is Follows() of recipient.h. Everyone who comes here locks recipients
// in the order of their key and then tallies in the order of theirs.
const Statement kMoveRecipients{
    "recipient_move",
    "WITH input AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::smallint[], $6::text[])"
    "    AS i(tenant_id, slug, contact_id, message_id, state, reason)),"
    // By itself, so that a recipient is looked up by its whole key: joined with the rest, the campaign's key seems to be enough, and
    // for each outcome every recipient of its campaign is read.
    " named AS MATERIALIZED (SELECT i.*, c.id AS campaign_id FROM input i"
    "  JOIN campaign c ON c.tenant_id = i.tenant_id AND c.slug = i.slug),"
    " locked AS ("
    "  SELECT r.tenant_id, r.campaign_id, r.contact_id, r.state AS old_state, r.reason AS old_reason,"
    "    i.state, i.reason, i.message_id"
    "  FROM named i"
    "  JOIN campaign_recipient r ON r.tenant_id = i.tenant_id AND r.campaign_id = i.campaign_id AND r.contact_id = i.contact_id"
    "  WHERE (r.state = 0 OR (r.state = 2 AND i.state > 2)) AND (r.message_id IS NULL OR r.message_id = i.message_id)"
    "  ORDER BY r.tenant_id, r.campaign_id, r.contact_id FOR UPDATE OF r),"
    " moved AS ("
    "  UPDATE campaign_recipient r SET state = l.state, reason = l.reason, message_id = l.message_id FROM locked l"
    "  WHERE r.tenant_id = l.tenant_id AND r.campaign_id = l.campaign_id AND r.contact_id = l.contact_id"
    "  RETURNING l.*),"
    " tallied AS ("
    "  INSERT INTO campaign_tally AS t (tenant_id, campaign_id, state, reason, n)"
    "  SELECT tenant_id, campaign_id, state, reason, sum(n) FROM ("
    "    SELECT tenant_id, campaign_id, state, reason, 1 AS n FROM moved UNION ALL"
    "    SELECT tenant_id, campaign_id, old_state, old_reason, -1 FROM moved) d"
    "  GROUP BY tenant_id, campaign_id, state, reason HAVING sum(n) <> 0"
    "  ORDER BY tenant_id, campaign_id, state, reason"
    "  ON CONFLICT (tenant_id, campaign_id, state, reason) DO UPDATE SET n = t.n + excluded.n)"
    " SELECT count(*) FROM moved"};

}  // namespace

Result<int64_t> MoveRecipients(postgres::Transaction& transaction, const std::vector<Outcome>& outcomes) {
  if (outcomes.empty()) return int64_t{0};
  std::vector<Uuid> tenants, contacts, messages;
  std::vector<std::string> slugs, reasons;
  std::vector<int16_t> states;
  for (const Outcome& outcome : Furthest(outcomes)) {
    tenants.push_back(outcome.tenant);
    slugs.push_back(outcome.campaign);
    contacts.push_back(outcome.contact);
    messages.push_back(outcome.message);
    states.push_back(static_cast<int16_t>(outcome.state));
    reasons.push_back(outcome.reason);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kMoveRecipients, Bound(tenants, slugs, contacts, messages, states, reasons)));
  return rows.Int64(0, 0);
}

}  // namespace vefa::campaign
