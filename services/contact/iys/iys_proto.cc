#include "services/contact/iys/iys_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::IysEntry ToProto(const IysEntry& entry) {
  v1::IysEntry proto;
  proto.set_contact(ResourceName("contacts", entry.contact));
  proto.set_channel(static_cast<v1::Channel>(entry.channel));
  proto.set_recipient_type(static_cast<v1::RecipientType>(entry.recipient));
  proto.set_wanted(static_cast<v1::IysStatus>(entry.wanted));
  proto.set_registered(static_cast<v1::IysStatus>(entry.registered));
  proto.set_state(static_cast<v1::IysEntry::State>(entry.state));
  *proto.mutable_say_time() = rpc::ToProto(entry.say_time);
  *proto.mutable_due_time() = rpc::ToProto(entry.due_time);
  if (entry.register_time) *proto.mutable_register_time() = rpc::ToProto(*entry.register_time);
  proto.set_transaction_id(entry.transaction_id);
  proto.set_error_code(entry.error_code);
  proto.set_error_message(entry.error_message);
  return proto;
}

}  // namespace vefa::contact
