#include "services/contact/lifecycle/lifecycle_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::LifecycleChange ToProto(const LifecycleChange& change) {
  v1::LifecycleChange proto;
  proto.set_from_stage(static_cast<v1::LifecycleStage>(change.from));
  proto.set_to_stage(static_cast<v1::LifecycleStage>(change.to));
  proto.set_reason(change.reason);
  proto.set_actor(change.actor);
  proto.set_contact_version(change.contact_version);
  *proto.mutable_change_time() = rpc::ToProto(change.change_time);
  proto.set_rule(change.rule);
  return proto;
}

}  // namespace vefa::contact
