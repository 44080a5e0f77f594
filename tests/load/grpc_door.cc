#include "tests/load/grpc_door.h"

namespace vefa::load {
namespace {

void ToProto(const ContactDraft& draft, contact::v1::Contact& contact) {
  contact.set_external_id(draft.external_id);
  contact.set_display_name(draft.display_name);
  contact.set_email(draft.email);
  contact.set_language("tr");
  contact.set_source(draft.source);
}

void ToProto(Time time, google::protobuf::Timestamp& proto) {
  int64_t micros = time.time_since_epoch().count();
  proto.set_seconds(micros / 1'000'000);
  proto.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
}

// One chunk over a stream of its own; whether the stream ended well as well.
template <typename Stream, typename Request, typename Response>
Answer SendChunk(Stream& stream, const Request& request, Response& response) {
  bool answered = stream.Write(request) && stream.WritesDone() && stream.Read(&response);
  grpc::Status status = stream.Finish();
  if (!answered) return FromError(status.ok() ? Unavailable("STREAM_ENDED", "No answer came.") : rpc::FromGrpc(status));
  Answer answer;
  answer.outcome = Outcome::kAcknowledged;
  for (const auto& reject : response.rejects()) answer.rejected.emplace_back(reject.line(), reject.reason());
  return answer;
}

}  // namespace

template <typename Service>
GrpcDoor::Replicas<typename Service::Stub> GrpcDoor::Open(const std::vector<std::string>& addresses,
                                                          const rpc::PrincipalKey& key) {
  Replicas<typename Service::Stub> replicas;
  for (const std::string& address : addresses) {
    replicas.peers.push_back(std::make_unique<rpc::Peer>(address, key, "load"));
    replicas.stubs.push_back(Service::NewStub(replicas.peers.back()->channel()));
  }
  return replicas;
}

GrpcDoor::GrpcDoor(const Services& services, const rpc::PrincipalKey& key, const Uuid& tenant)
    : tenant_(tenant),
      contact_(Open<contact::v1::ContactService>(services.contact, key)),
      interaction_(Open<interaction::v1::InteractionService>(services.interaction, key)) {}

Answer GrpcDoor::Create(const ContactDraft& contact, const Uuid& request_id) {
  contact::v1::CreateContactRequest request;
  ToProto(contact, *request.mutable_contact());
  request.set_request_id(request_id.ToString());
  auto answer = rpc::Call(contact_.peer(), contact_.stub(), &contact::v1::ContactService::Stub::CreateContact, request,
                          tenant_, {"*"}, Deadline::After(kCallTimeout));
  if (answer.ok()) return {Outcome::kAcknowledged, answer->name(), "", {}};
  ++contact_.next;
  return FromError(answer.error());
}

Answer GrpcDoor::RecordConsent(const ConsentDraft& consent, const Uuid& request_id) {
  contact::v1::RecordConsentRequest request;
  request.set_contact(consent.contact);
  request.mutable_consent()->set_purpose(kPurpose);
  request.mutable_consent()->set_channel(contact::v1::CHANNEL_EMAIL);
  request.mutable_consent()->set_state(consent.granted ? contact::v1::Consent::STATE_GRANTED
                                                       : contact::v1::Consent::STATE_WITHDRAWN);
  request.mutable_consent()->set_source(consent.source);
  ToProto(consent.occur_time, *request.mutable_consent()->mutable_occur_time());
  request.set_request_id(request_id.ToString());
  auto answer = rpc::Call(contact_.peer(), contact_.stub(), &contact::v1::ContactService::Stub::RecordConsent, request,
                          tenant_, {"*"}, Deadline::After(kCallTimeout));
  if (answer.ok()) return {Outcome::kAcknowledged, answer->contact(), "", {}};
  ++contact_.next;
  return FromError(answer.error());
}

Answer GrpcDoor::ImportContacts(const std::vector<ContactDraft>& contacts) {
  contact::v1::ImportContactsRequest request;
  for (const ContactDraft& contact : contacts) {
    auto* row = request.add_rows();
    row->set_line(request.rows_size());
    ToProto(contact, *row->mutable_contact());
  }
  grpc::ClientContext context;
  contact_.peer().Prepare(context, tenant_, {"*"}, Deadline::After(kCallTimeout));
  contact::v1::ImportContactsResponse response;
  auto stream = contact_.stub().ImportContacts(&context);
  Answer answer = SendChunk(*stream, request, response);
  if (answer.outcome == Outcome::kUnknown) ++contact_.next;
  return answer;
}

Answer GrpcDoor::ImportOrders(const std::vector<OrderDraft>& orders) {
  interaction::v1::ImportOrdersRequest request;
  for (const OrderDraft& draft : orders) {
    auto* row = request.add_rows();
    row->set_line(request.rows_size());
    row->mutable_order()->set_external_id(draft.external_id);
    row->mutable_order()->set_contact(draft.contact);
    row->mutable_order()->set_item_count(1);
    row->mutable_order()->mutable_total()->set_units(draft.units);
    row->mutable_order()->mutable_total()->set_currency_code("TRY");
    ToProto(draft.occur_time, *row->mutable_order()->mutable_occur_time());
  }
  grpc::ClientContext context;
  interaction_.peer().Prepare(context, tenant_, {"*"}, Deadline::After(kCallTimeout));
  interaction::v1::ImportOrdersResponse response;
  auto stream = interaction_.stub().ImportOrders(&context);
  Answer answer = SendChunk(*stream, request, response);
  if (answer.outcome == Outcome::kUnknown) ++interaction_.next;
  return answer;
}

}  // namespace vefa::load
