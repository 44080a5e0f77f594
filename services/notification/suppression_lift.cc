// How a suppression ends: the part of suppression_store.h that the consumer of contact's consents calls.
#include <algorithm>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/notification/notification_events.h"
#include "services/notification/suppression_store.h"

namespace vefa::notification {
namespace {

using postgres::BindBytes;
using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// By the index of contacts: nearly nobody who agrees has left before.
const Statement kLeft{
    "suppression_left",
    "SELECT s.id, s.contact_id, s.channel, s.purpose FROM unnest($2::uuid[], $3::smallint[], $4::text[], $5::timestamptz[])"
    "  AS w(contact_id, channel, purpose, time) CROSS JOIN LATERAL (SELECT * FROM suppression x WHERE x.tenant_id = $1"
    "   AND x.contact_id = w.contact_id AND x.create_time < w.time AND x.channel = w.channel AND x.purpose = w.purpose AND x.reason = $6"
    "   OFFSET 0) s"};
const Statement kLift{
    "suppression_lift",
    "WITH gone AS (DELETE FROM suppression WHERE tenant_id = $1 AND id = ANY($2) RETURNING id)"
    " SELECT " VEFA_APPEND_EVENTS("$1, 'suppressions/' || g.id, 2, i.event_id, 'suppression.lifted', $5, $6, NULL, i.payload")
    " FROM gone g JOIN unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS i(id, event_id, payload) USING (id)"};

}  // namespace

Result<int> LiftSuppressions(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<WantedAgain>& wanted,
                             const Clock& clock) {
  std::vector<Uuid> contacts, ids, event_ids;
  std::vector<int16_t> channels;
  std::vector<std::string> purposes, payloads;
  std::vector<Time> times;
  for (const WantedAgain& one : wanted) {
    contacts.push_back(one.contact);
    channels.push_back(one.channel);
    purposes.push_back(one.purpose);
    times.push_back(one.time);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kLeft, Bound(tenant, contacts, channels, purposes, times,
                                                       static_cast<int16_t>(SuppressionReason::kUnsubscribed))));
  if (rows.empty()) return 0;
  for (int i = 0; i < rows.size(); ++i) {
    // Said twice in one batch, lifted once.
    if (std::find(ids.begin(), ids.end(), rows.Id(i, 0)) != ids.end()) continue;
    ids.push_back(rows.Id(i, 0));
    event_ids.push_back(NewUuidV7(clock));
    payloads.push_back(LiftedPayload(rows.Id(i, 1), static_cast<short>(rows.Int32(i, 2)), rows.String(i, 3)));
  }
  VEFA_TRY_OK(transaction.Execute(kLift, Bound(tenant, ids, event_ids, BindBytes(payloads), clock.Now(),
                                               telemetry::CurrentTrace().traceparent())));
  return static_cast<int>(ids.size());
}

}  // namespace vefa::notification
