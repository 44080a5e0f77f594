#include "services/contact/merge/merge_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::Merge ToProto(const Merge& merge) {
  v1::Merge proto;
  proto.set_name(ResourceName("merges", merge.id));
  proto.set_survivor(ResourceName("contacts", merge.survivor));
  proto.set_merged(ResourceName("contacts", merge.merged));
  for (const std::string& name : merge.taken) proto.add_taken(name);
  proto.set_actor(merge.actor);
  *proto.mutable_create_time() = rpc::ToProto(merge.create_time);
  proto.set_undo_actor(merge.undo_actor);
  if (merge.undo_time) *proto.mutable_undo_time() = rpc::ToProto(*merge.undo_time);
  return proto;
}

}  // namespace vefa::contact
