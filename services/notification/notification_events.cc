#include "services/notification/notification_events.h"

#include "libs/base/check.h"
#include "libs/events/catalog.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::notification {
namespace {

void Fill(v1::MessageInfo& proto, const MessageInfo& info) {
  proto.set_message(ResourceName("messages", info.id));
  proto.set_contact(ResourceName("contacts", info.contact));
  proto.set_originator(info.originator);
  proto.set_purpose(info.purpose);
  proto.set_channel(static_cast<contact::v1::Channel>(info.channel));
}

}  // namespace

events::Source NotificationSource() { return events::MakeSource(v1::NotificationEvent::descriptor()); }

std::string DecisionPayload(const MessageInfo& info, Refusal refusal) {
  v1::NotificationEvent event;
  if (refusal == Refusal::kNone) {
    Fill(*event.mutable_accepted()->mutable_message(), info);
    event.mutable_accepted()->set_policy_version(kPolicyVersion);
  } else {
    Fill(*event.mutable_refused()->mutable_message(), info);
    event.mutable_refused()->set_policy_version(kPolicyVersion);
    event.mutable_refused()->set_reason(RefusalName(refusal));
  }
  return event.SerializeAsString();
}

const char* DecisionType(Refusal refusal) { return refusal == Refusal::kNone ? kAcceptedType : kRefusedType; }

std::string OutcomePayload(const MessageInfo& info, MessageState state, const std::string& reply_code) {
  v1::NotificationEvent event;
  switch (state) {
    case MessageState::kDelivered:
      Fill(*event.mutable_delivered()->mutable_message(), info);
      event.mutable_delivered()->set_reply_code(reply_code);
      break;
    case MessageState::kBounced:
      Fill(*event.mutable_bounced()->mutable_message(), info);
      event.mutable_bounced()->set_reply_code(reply_code);
      break;
    case MessageState::kFailed:
      Fill(*event.mutable_failed()->mutable_message(), info);
      event.mutable_failed()->set_reply_code(reply_code);
      break;
    case MessageState::kUnknown:
      Fill(*event.mutable_unknown()->mutable_message(), info);
      break;
    case MessageState::kRefused:
    case MessageState::kAccepted:
    case MessageState::kDeferred:
      return "";
  }
  return event.SerializeAsString();
}

const char* OutcomeType(MessageState state) {
  switch (state) {
    case MessageState::kDelivered:
      return "message.delivered";
    case MessageState::kBounced:
      return "message.bounced";
    case MessageState::kFailed:
      return "message.failed";
    case MessageState::kUnknown:
      return "message.unknown";
    case MessageState::kRefused:
    case MessageState::kAccepted:
    case MessageState::kDeferred:
      break;
  }
  return "";
}

std::string UnsubscribedPayload(const MessageInfo& info) {
  v1::NotificationEvent event;
  Fill(*event.mutable_unsubscribed()->mutable_message(), info);
  return event.SerializeAsString();
}

std::string SuppressionPayload(const Suppression& suppression) {
  v1::NotificationEvent event;
  auto& added = *event.mutable_suppression_added();
  added.set_contact(ResourceName("contacts", suppression.contact));
  added.set_channel(static_cast<contact::v1::Channel>(suppression.channel));
  added.set_reason(SuppressionReasonName(suppression.reason));
  added.set_purpose(suppression.purpose);
  return event.SerializeAsString();
}

std::string LiftedPayload(const Uuid& contact, short channel, const std::string& purpose) {
  v1::NotificationEvent event;
  auto& lifted = *event.mutable_suppression_lifted();
  lifted.set_contact(ResourceName("contacts", contact));
  lifted.set_channel(static_cast<contact::v1::Channel>(channel));
  lifted.set_purpose(purpose);
  return event.SerializeAsString();
}

const char* SuppressionReasonName(SuppressionReason reason) {
  return reason == SuppressionReason::kHardBounce ? "HARD_BOUNCE" : "UNSUBSCRIBED";
}

}  // namespace vefa::notification
