#include "services/contact/retention/activity_handler.h"

#include <map>

#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::contact {
namespace {

// In the order of a key, so that two batches cannot wait for each other.
const postgres::Statement kNoteActivity{
    "retention_activity",
    "INSERT INTO contact_activity (tenant_id, contact_id, last_time) SELECT tenant_id, contact_id, last_time"
    " FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t(tenant_id, contact_id, last_time) ORDER BY tenant_id, contact_id"
    " ON CONFLICT (tenant_id, contact_id) DO UPDATE SET last_time = excluded.last_time"
    " WHERE contact_activity.last_time < excluded.last_time"};

// Something of somebody happened at a time.
struct Activity {
  Uuid tenant;
  Uuid contact;
  Time time{};
};

// What is known to be later stays.
Status NoteActivity(postgres::Transaction& transaction, const std::vector<Activity>& activities) {
  // One row a contact: a statement cannot change a row twice.
  std::map<std::pair<Uuid, Uuid>, Time> latest;
  for (const Activity& one : activities) {
    Time& time = latest.try_emplace({one.tenant, one.contact}, one.time).first->second;
    time = std::max(time, one.time);
  }
  std::vector<Uuid> tenants, contacts;
  std::vector<Time> times;
  for (const auto& [key, time] : latest) {
    tenants.push_back(key.first);
    contacts.push_back(key.second);
    times.push_back(time);
  }
  VEFA_TRY_OK(transaction.Execute(kNoteActivity, postgres::Bound(tenants, contacts, times)));
  return Ok();
}

}  // namespace

Status ActivityHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  std::vector<Activity> activities;
  for (const events::Event& event : events) {
    if (event.type != "order.placed") continue;
    interaction::v1::InteractionEvent proto;
    if (!proto.ParseFromString(event.payload) || !proto.has_order_placed()) return events::PayloadMalformed();
    VEFA_TRY(Uuid contact, ParseResourceName("contacts", proto.order_placed().contact()));
    activities.push_back({event.tenant, contact, event.occur_time});
  }
  if (activities.empty()) return Ok();
  return NoteActivity(transaction, activities);
}

}  // namespace vefa::contact
