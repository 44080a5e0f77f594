#include "services/notification/notification_proto.h"

#include "libs/rpc/time.h"
#include "services/notification/notification_events.h"

namespace vefa::notification {

v1::Message ToProto(const Message& message, Time now) {
  v1::Message proto;
  proto.set_name(ResourceName("messages", message.info.id));
  proto.set_send_key(message.send_key);
  proto.set_contact(ResourceName("contacts", message.info.contact));
  proto.set_originator(message.info.originator);
  proto.set_purpose(message.info.purpose);
  proto.set_channel(static_cast<contact::v1::Channel>(message.info.channel));
  proto.set_state(static_cast<v1::Message::State>(message.state));
  proto.set_reason(RefusalName(message.refusal));
  proto.set_policy_version(message.policy_version);
  proto.set_reply(message.reply);
  *proto.mutable_create_time() = rpc::ToProto(message.create_time);
  if (message.hold_until) *proto.mutable_hold_until() = rpc::ToProto(*message.hold_until);
  if (message.state == MessageState::kAccepted && message.hold_until > now) proto.set_reason(kQuietHours);
  if (message.finish_time != Time{}) *proto.mutable_finish_time() = rpc::ToProto(message.finish_time);
  return proto;
}

v1::Suppression ToProto(const Suppression& suppression) {
  v1::Suppression proto;
  proto.set_contact(ResourceName("contacts", suppression.contact));
  proto.set_channel(static_cast<contact::v1::Channel>(suppression.channel));
  proto.set_reason(SuppressionReasonName(suppression.reason));
  proto.set_purpose(suppression.purpose);
  *proto.mutable_create_time() = rpc::ToProto(suppression.create_time);
  return proto;
}

}  // namespace vefa::notification
