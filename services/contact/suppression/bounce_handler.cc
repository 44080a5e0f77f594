#include "services/contact/suppression/bounce_handler.h"

#include "services/contact/suppression/suppression.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Statement;

constexpr char kBounceActor[] = "services/notification";

// In the order of hashes, so that it and an erasure cannot wait for each other.
const Statement kSuppressBounced{
    "suppressed_bounced",
    "INSERT INTO suppression (tenant_id, id, kind, address_hash, purpose, reason, source, actor, create_time)"
    " SELECT i.tenant_id, i.id, p.kind, p.address_hash, '', $5, i.source, $6, $7"
    " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $8::text[]) AS i(tenant_id, id, contact_id, occur_time, source)"
    " JOIN contact_point p ON p.tenant_id = i.tenant_id AND p.contact_id = i.contact_id AND p.kind = 1 AND p.is_primary"
    "  AND p.create_time <= i.occur_time AND p.address_hash IS NOT NULL"
    " ORDER BY p.address_hash ON CONFLICT (tenant_id, address_hash, purpose, reason) WHERE lift_time IS NULL DO NOTHING"};

}  // namespace

Status BounceHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  std::vector<Uuid> tenants, ids, contacts;
  std::vector<Time> times;
  std::vector<std::string> sources;
  for (const events::Event& event : events) {
    if (event.type != "suppression.added") continue;
    notification::v1::NotificationEvent proto;
    if (!proto.ParseFromString(event.payload) || !proto.has_suppression_added()) return events::PayloadMalformed();
    const auto& added = proto.suppression_added();
    if (added.reason() != "HARD_BOUNCE" || added.channel() != v1::CHANNEL_EMAIL) continue;
    VEFA_TRY(Uuid contact, ParseResourceName("contacts", added.contact()));
    tenants.push_back(event.tenant);
    ids.push_back(NewUuidV7(clock_));
    contacts.push_back(contact);
    times.push_back(event.occur_time);
    sources.push_back(event.subject);
  }
  if (!tenants.empty())
    VEFA_TRY_OK(transaction.Execute(kSuppressBounced, Bound(tenants, ids, contacts, times, static_cast<int16_t>(SuppressionReason::kHardBounce),
                                                            kBounceActor, clock_.Now(), sources)));
  return Ok();
}

}  // namespace vefa::contact
