#include "services/contact/unsubscribe_handler.h"

#include "services/contact/contact_store.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::contact {
namespace {

// The person did it, by a link that notification checked.
constexpr char kActor[] = "services/notification";

}  // namespace

Status UnsubscribeHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  // Rare events: one statement each is nothing beside the mails that led to them.
  for (const events::Event& event : events) {
    if (event.type != "message.unsubscribed") continue;
    notification::v1::NotificationEvent proto;
    if (!proto.ParseFromString(event.payload) || !proto.has_unsubscribed())
      return events::PayloadMalformed();
    const auto& message = proto.unsubscribed().message();
    VEFA_TRY(Uuid contact, ParseResourceName("contacts", message.contact()));
    Consent consent;
    consent.purpose = message.purpose();
    consent.channel = static_cast<Channel>(message.channel());
    consent.state = ConsentState::kWithdrawn;
    consent.source = "unsubscribe link of " + message.message();
    consent.occur_time = event.occur_time;
    consent.record_time = clock_.Now();
    consent.actor = kActor;
    // Of an erased person, or of one who was never here, there is nothing to record.
    VEFA_TRY(auto recorded, RecordConsents(transaction, event.tenant,
                                           {{"", contact, consent, event.id, event.traceparent}}, clock_));
    if (recorded.front().outcome != Recorded::kNew) continue;
    std::lock_guard lock(mutex_);
    changed_[event.tenant].push_back(recorded.front().contact);
  }
  return Ok();
}

void UnsubscribeHandler::Applied() {
  if (relay_ != nullptr) relay_->Wake();
  std::unordered_map<Uuid, std::vector<ContactVersion>> changed;
  {
    std::lock_guard lock(mutex_);
    changed.swap(changed_);
  }
  for (const auto& [tenant, contacts] : changed) copies_.Changed(tenant, contacts);
}

}  // namespace vefa::contact
