#include "services/campaign/campaign/outcome_handler.h"

#include "services/campaign/campaign/recipient_store.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::campaign {
namespace {

using notification::v1::NotificationEvent;

Status ReadOutcome(const events::Event& event, const notification::v1::MessageInfo& info, RecipientState state,
                   const std::string& reason, std::vector<Outcome>& outcomes) {
  auto campaign = ParseSlugName("campaigns", info.originator());
  if (!campaign.ok()) return Ok();  // Somebody else's message.
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", info.contact()));
  VEFA_TRY(Uuid message, ParseResourceName("messages", info.message()));
  outcomes.push_back({event.tenant, *campaign, contact, message, state, reason});
  return Ok();
}

Status ReadNotificationEvent(const events::Event& event, std::vector<Outcome>& outcomes) {
  NotificationEvent proto;
  if (!proto.ParseFromString(event.payload)) return events::PayloadMalformed();
  switch (proto.kind_case()) {
    case NotificationEvent::kAccepted:
      return ReadOutcome(event, proto.accepted().message(), RecipientState::kAccepted, "", outcomes);
    case NotificationEvent::kRefused:
      return ReadOutcome(event, proto.refused().message(), RecipientState::kRefused, proto.refused().reason(),
                         outcomes);
    case NotificationEvent::kDelivered:
      return ReadOutcome(event, proto.delivered().message(), RecipientState::kDelivered, "", outcomes);
    case NotificationEvent::kBounced:
      return ReadOutcome(event, proto.bounced().message(), RecipientState::kBounced, "", outcomes);
    case NotificationEvent::kFailed:
      return ReadOutcome(event, proto.failed().message(), RecipientState::kFailed, "", outcomes);
    case NotificationEvent::kUnknown:
      return ReadOutcome(event, proto.unknown().message(), RecipientState::kUnknown, "", outcomes);
    default: return events::PayloadMalformed();
  }
}

Status Read(const events::Event& event, std::vector<Outcome>& outcomes) {
  for (const char* type : {"message.accepted", "message.refused", "message.delivered", "message.bounced",
                           "message.failed", "message.unknown"})
    if (event.type == type) return ReadNotificationEvent(event, outcomes);
  return Ok();
}

Status Write(postgres::Transaction& transaction, const std::vector<Outcome>& outcomes) {
  VEFA_TRY_OK(MoveRecipients(transaction, outcomes));
  return Ok();
}

}  // namespace

OutcomeHandler::OutcomeHandler() : BatchHandler(&Read, &Write) {}

}  // namespace vefa::campaign
