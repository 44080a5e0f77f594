#include "services/contact/boundary/boundary_events.h"

#include "libs/rpc/time.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {

std::string BoundarySetPayload(const Boundary& boundary) {
  v1::ContactEvent event;
  v1::BoundaryFacts& facts = *event.mutable_boundary_set()->mutable_state();
  facts.set_about(boundary.about.Name());
  *facts.mutable_rule() = boundary.rule;
  facts.set_set_by(boundary.set_by);
  *facts.mutable_valid_from() = rpc::ToProto(boundary.valid_from);
  if (boundary.valid_to) *facts.mutable_valid_to() = rpc::ToProto(*boundary.valid_to);
  return event.SerializeAsString();
}

std::string BoundaryLiftedPayload(const Boundary& boundary) {
  v1::ContactEvent event;
  event.mutable_boundary_lifted()->set_about(boundary.about.Name());
  event.mutable_boundary_lifted()->set_lifted_by(boundary.lifted_by);
  return event.SerializeAsString();
}

}  // namespace vefa::contact
