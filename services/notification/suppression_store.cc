#include "services/notification/suppression_store.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/notification/notification_events.h"

namespace vefa::notification {
namespace {

using postgres::BindBytes;
using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kAdd{
    "suppression_add",
    "WITH input AS (SELECT * FROM unnest($2::uuid[], $3::smallint[], $4::bytea[], $5::text[], $6::smallint[], $7::uuid[],"
    "    $8::uuid[], $9::uuid[], $10::bytea[]) AS i(id, channel, address_hash, purpose, reason, contact_id, message_id,"
    "    event_id, payload)),"
    " fresh AS ("
    "  INSERT INTO suppression (tenant_id, id, channel, address_hash, purpose, reason, contact_id, message_id, create_time)"
    "  SELECT $1, id, channel, address_hash, purpose, reason, contact_id, message_id, $11 FROM input"
    "  ORDER BY address_hash, purpose"
    "  ON CONFLICT ON CONSTRAINT suppression_once DO NOTHING RETURNING id)"
    " SELECT " VEFA_APPEND_EVENTS("$1, 'suppressions/' || i.id, 1, i.event_id, 'suppression.added', $11, $12, NULL, i.payload")
    " FROM fresh JOIN input i USING (id)"};

const Statement kFind{"suppression_find",
                      "SELECT DISTINCT address_hash FROM suppression WHERE tenant_id = $1 AND channel = $2"
                      " AND purpose IN ('', $3) AND address_hash = ANY($4::bytea[])"};

const Statement kList{"suppression_list",
                      "SELECT contact_id, channel, reason, purpose, create_time FROM suppression"
                      " WHERE tenant_id = $1 AND contact_id = $2 ORDER BY create_time DESC LIMIT 1000"};

}  // namespace

postgres::Call AddSuppressionsCall(const Uuid& tenant, const std::vector<NewSuppression>& suppressions,
                                   const Clock& clock) {
  std::vector<Uuid> ids, contacts, messages, event_ids;
  std::vector<int16_t> channels, reasons;
  std::vector<std::string> hashes, purposes, payloads;
  for (const NewSuppression& added : suppressions) {
    ids.push_back(NewUuidV7(clock));
    event_ids.push_back(NewUuidV7(clock));
    channels.push_back(added.suppression.channel);
    reasons.push_back(static_cast<int16_t>(added.suppression.reason));
    hashes.push_back(added.address_hash);
    purposes.push_back(added.suppression.purpose);
    contacts.push_back(added.suppression.contact);
    messages.push_back(added.message);
    payloads.push_back(SuppressionPayload(added.suppression));
  }
  return {&kAdd, Bound(tenant, ids, channels, BindBytes(hashes), purposes, reasons, contacts, messages, event_ids,
                       BindBytes(payloads), clock.Now(), telemetry::CurrentTrace().traceparent())};
}

postgres::Call FindSuppressedCall(const Uuid& tenant, short channel, const std::string& purpose,
                                  const std::vector<std::string>& address_hashes) {
  return {&kFind, Bound(tenant, static_cast<int16_t>(channel), purpose, BindBytes(address_hashes))};
}

std::unordered_set<std::string> SuppressedOf(const Rows& rows) {
  std::unordered_set<std::string> hashes;
  for (int i = 0; i < rows.size(); ++i) hashes.insert(rows.String(i, 0));
  return hashes;
}

Result<std::vector<Suppression>> ListSuppressions(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                  Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kList, Bound(tenant, contact), deadline));
  std::vector<Suppression> found;
  for (int i = 0; i < rows.size(); ++i)
    found.push_back({rows.Id(i, 0), static_cast<short>(rows.Int32(i, 1)), static_cast<SuppressionReason>(rows.Int32(i, 2)),
                     rows.String(i, 3), rows.Timestamp(i, 4)});
  return found;
}

}  // namespace vefa::notification
