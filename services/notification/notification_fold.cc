#include "services/notification/notification_fold.h"

#include "libs/events/fold.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::notification {
namespace {

// What every event of a message says of it, and where the event puts it.
v1::MessageSnapshot& Move(const v1::MessageInfo& info, v1::Message::State to, v1::NotificationSnapshot& snapshot) {
  v1::MessageSnapshot& message = *snapshot.mutable_message();
  *message.mutable_message() = info;
  message.set_state(to);
  return message;
}

}  // namespace

Status FoldNotification(const events::Event& event, google::protobuf::Message& state, bool& erased) {
  v1::NotificationEvent change;
  VEFA_TRY_OK(events::ParsePayload(event, change));
  auto& snapshot = static_cast<v1::NotificationSnapshot&>(state);
  switch (change.kind_case()) {
    case v1::NotificationEvent::kAccepted:
      Move(change.accepted().message(), v1::Message::STATE_ACCEPTED, snapshot)
          .set_policy_version(change.accepted().policy_version());
      break;
    case v1::NotificationEvent::kRefused:
      Move(change.refused().message(), v1::Message::STATE_REFUSED, snapshot)
          .set_policy_version(change.refused().policy_version());
      snapshot.mutable_message()->set_reason(change.refused().reason());
      break;
    case v1::NotificationEvent::kDelivered:
      Move(change.delivered().message(), v1::Message::STATE_DELIVERED, snapshot).set_reason(change.delivered().reply_code());
      break;
    case v1::NotificationEvent::kBounced:
      Move(change.bounced().message(), v1::Message::STATE_BOUNCED, snapshot).set_reason(change.bounced().reply_code());
      break;
    case v1::NotificationEvent::kFailed:
      Move(change.failed().message(), v1::Message::STATE_FAILED, snapshot).set_reason(change.failed().reply_code());
      break;
    case v1::NotificationEvent::kUnknown:
      Move(change.unknown().message(), v1::Message::STATE_UNKNOWN, snapshot);
      break;
    case v1::NotificationEvent::kUnsubscribed:
      // The link says nothing of where the message stands.
      *snapshot.mutable_message()->mutable_message() = change.unsubscribed().message();
      snapshot.mutable_message()->set_unsubscribed(true);
      break;
    case v1::NotificationEvent::kSuppressionAdded:
      *snapshot.mutable_suppression() = change.suppression_added();
      break;
    case v1::NotificationEvent::kSuppressionLifted:
      snapshot.Clear();
      erased = true;
      break;
    case v1::NotificationEvent::KIND_NOT_SET:
      break;
  }
  return Ok();
}

}  // namespace vefa::notification
