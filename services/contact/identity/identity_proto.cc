#include "services/contact/identity/identity_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::Identity ToProto(const Identity& identity) {
  v1::Identity proto;
  proto.set_name(ResourceName("contacts", identity.contact) + "/" + ResourceName("identities", identity.id));
  proto.set_source(identity.source);
  proto.set_value(identity.value);
  *proto.mutable_create_time() = rpc::ToProto(identity.create_time);
  return proto;
}

Identity FromProto(const v1::Identity& proto) {
  Identity identity;
  identity.source = proto.source();
  identity.value = proto.value();
  return identity;
}

}  // namespace vefa::contact
