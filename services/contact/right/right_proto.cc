#include "services/contact/right/right_proto.h"

#include "libs/base/text.h"
#include "libs/rpc/time.h"
#include "services/contact/party/party.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

v1::RightsRequestFacts RightsFacts(const RightsRequest& request, const std::string& reason) {
  v1::RightsRequestFacts facts;
  facts.set_contact(ResourceName("contacts", request.contact));
  facts.set_kind(static_cast<v1::RightKind>(request.kind));
  facts.set_state(static_cast<v1::RightsRequest::State>(request.state));
  *facts.mutable_receive_time() = rpc::ToProto(request.receive_time);
  *facts.mutable_due_time() = rpc::ToProto(request.due_time);
  facts.set_profile(request.profile);
  for (const std::string& purpose : request.purposes) facts.add_purposes(purpose);
  facts.set_reason(reason);
  return facts;
}

}  // namespace

v1::RightsRequest ToProto(const RightsRequest& request) {
  v1::RightsRequest proto;
  proto.set_name(ResourceName(kRightsRequests, request.id));
  proto.set_contact(ResourceName("contacts", request.contact));
  proto.set_kind(static_cast<v1::RightKind>(request.kind));
  proto.set_state(static_cast<v1::RightsRequest::State>(request.state));
  *proto.mutable_receive_time() = rpc::ToProto(request.receive_time);
  proto.set_intake(static_cast<v1::RightsRequest::Intake>(request.intake));
  proto.set_profile(request.profile);
  proto.set_profile_version(request.profile_version);
  *proto.mutable_due_time() = rpc::ToProto(request.due_time);
  if (request.extend_time) *proto.mutable_extend_time() = rpc::ToProto(*request.extend_time);
  proto.set_extend_reason(request.extend_reason);
  proto.set_identity_method(static_cast<v1::RightsRequest::IdentityMethod>(request.identity_method));
  proto.set_identity_checked_by(request.identity_checked_by);
  if (request.identity_time) *proto.mutable_identity_time() = rpc::ToProto(*request.identity_time);
  for (const std::string& purpose : request.purposes) proto.add_purposes(purpose);
  proto.set_note(request.note.Reveal());
  if (request.close_time) *proto.mutable_close_time() = rpc::ToProto(*request.close_time);
  proto.set_close_reason(request.close_reason);
  proto.set_etag(EtagOf(request.version));
  *proto.mutable_create_time() = rpc::ToProto(request.create_time);
  *proto.mutable_update_time() = rpc::ToProto(request.update_time);
  return proto;
}

v1::RightsStep ToProto(const RightsStep& step) {
  v1::RightsStep proto;
  proto.set_state(static_cast<v1::RightsRequest::State>(step.state));
  proto.set_action(step.action);
  proto.set_reason(step.reason);
  proto.set_actor(step.actor);
  *proto.mutable_step_time() = rpc::ToProto(step.step_time);
  return proto;
}

v1::RightsProfile ToProto(const RightProfile& profile) {
  v1::RightsProfile proto;
  proto.set_code(std::string(profile.code));
  proto.set_version(profile.version);
  proto.set_first_day(ToRfc3339(StartOfDay(profile.first_day)).substr(0, 10));
  proto.set_months(profile.months);
  proto.set_days(profile.days);
  proto.set_extension_months(profile.extension_months);
  proto.set_extension_days(profile.extension_days);
  proto.set_time_zone(std::string(profile.zone));
  proto.set_law(std::string(profile.law));
  return proto;
}

RightsRequest FromProto(const v1::RightsRequest& proto, Time now, std::vector<Violation>& violations) {
  RightsRequest request;
  auto contact = ParseResourceName("contacts", proto.contact());
  if (contact.ok()) {
    request.contact = *contact;
  } else {
    violations.push_back({"rights_request.contact", "NAME_SYNTAX", "Give contacts/ and a UUID."});
  }
  request.kind = static_cast<RightKind>(proto.kind());
  request.intake = static_cast<int16_t>(proto.intake());
  request.receive_time = proto.has_receive_time() ? rpc::FromProto(proto.receive_time()) : now;
  request.profile = proto.profile();
  request.purposes = {proto.purposes().begin(), proto.purposes().end()};
  request.note = proto.note();
  return request;
}

const char* RightsEventType(const RightsRequest& after, const RightsStep& step) {
  if (IsEnd(after.state)) return kRightsClosedType;
  return step.action == "RECEIVED" ? kRightsReceivedType : kRightsUpdatedType;
}

std::string RightsPayload(const RightsRequest& after, const RightsStep& step) {
  v1::ContactEvent event;
  if (IsEnd(after.state)) {
    *event.mutable_rights_request_closed()->mutable_state() = RightsFacts(after, step.reason);
  } else if (step.action == "RECEIVED") {
    *event.mutable_rights_request_received()->mutable_state() = RightsFacts(after, step.reason);
  } else {
    event.mutable_rights_request_updated()->set_action(step.action);
    *event.mutable_rights_request_updated()->mutable_state() = RightsFacts(after, step.reason);
  }
  return event.SerializeAsString();
}

}  // namespace vefa::contact
