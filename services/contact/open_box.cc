#include "services/contact/open_box.h"

#include "vefa/contact/v1/contact_personal.pb.h"

namespace vefa::contact {

rpc::OpenBox OpenBoxesBy(PiiKeys& keys) {
  return [&keys](const Uuid& tenant, const event::v1::PiiBox& box,
                 Deadline deadline) -> Result<std::optional<google::protobuf::Any>> {
    VEFA_TRY(Uuid key_id, Uuid::Parse(box.key_id()));
    VEFA_TRY(std::vector<pii::Key> found, keys.Get(tenant, {key_id}, deadline));
    if (found.empty()) return std::optional<google::protobuf::Any>();
    v1::ContactPersonal person;
    VEFA_TRY_OK(pii::Open(found.front(), tenant, box, person));
    google::protobuf::Any opened;
    opened.PackFrom(person);
    return std::optional<google::protobuf::Any>(std::move(opened));
  };
}

}  // namespace vefa::contact
