#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/contact/consent/consent_service.h"
#include "services/contact/consent/proof_key.h"
#include "services/contact/contact_fixture.h"
#include "services/contact/right/inventory_service.h"
#include "services/contact/right/limit_service.h"
#include "services/contact/right/rights_service.h"

namespace vefa::contact {

// The services of people's rights behind a real gRPC server, beside that of contacts and on the same database.
class RightsTest : public ContactServiceTest {
 protected:
  using Rights = v1::RightsService::Stub;
  using Limits = v1::ProcessingLimitService::Stub;
  using Consents = v1::ConsentService::Stub;

  RightsTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&rights_service_);
    builder.RegisterService(&limit_service_);
    builder.RegisterService(&consent_service_);
    builder.RegisterService(&inventory_service_);
    rights_server_ = builder.BuildAndStart();
    rights_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    rights_ = v1::RightsService::NewStub(rights_peer_->channel());
    limits_ = v1::ProcessingLimitService::NewStub(rights_peer_->channel());
    inventory_ = v1::ProcessingInventoryService::NewStub(rights_peer_->channel());
    consents_ = v1::ConsentService::NewStub(rights_peer_->channel());
  }
  ~RightsTest() override { rights_server_->Shutdown(); }

  template <typename AnyStub, typename Request, typename Response>
  Result<Response> Ask(const std::unique_ptr<AnyStub>& stub,
                       grpc::Status (AnyStub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                       std::vector<std::string> permissions = {"*"}) {
    return rpc::Call(*rights_peer_, *stub, method, request, tenant_, std::move(permissions), Soon());
  }
  // Somebody in a country.
  std::string NewPerson(const std::string& external_id = "42", const std::string& country = "TR") {
    v1::CreateContactRequest request = Person(external_id);
    request.mutable_contact()->set_country(country);
    auto made = Call(&Stub::CreateContact, request);
    EXPECT_TRUE(made.ok());
    return made.ok() ? made->name() : "";
  }
  static v1::CreateRightsRequestRequest Wanted(const std::string& contact, v1::RightKind kind) {
    v1::CreateRightsRequestRequest request;
    request.mutable_rights_request()->set_contact(contact);
    request.mutable_rights_request()->set_kind(kind);
    request.mutable_rights_request()->set_intake(v1::RightsRequest::INTAKE_EMAIL);
    request.mutable_rights_request()->set_note("kanarya wrote this");
    return request;
  }
  Result<v1::RightsRequest> Create(const v1::CreateRightsRequestRequest& request) {
    return Ask(rights_, &Rights::CreateRightsRequest, request);
  }
  std::string Received(const std::string& contact, v1::RightKind kind) {
    auto made = Create(Wanted(contact, kind));
    EXPECT_TRUE(made.ok()) << made.error().message;
    return made.ok() ? made->name() : "";
  }
  Result<v1::RightsRequest> Confirm(const std::string& name) {
    v1::ConfirmIdentityRequest request;
    request.set_name(name);
    request.set_method(v1::RightsRequest::IDENTITY_METHOD_DOCUMENT);
    return Ask(rights_, &Rights::ConfirmIdentity, request);
  }
  Result<v1::RightsRequest> Fulfill(const std::string& name, std::vector<std::string> permissions = {"*"}) {
    v1::FulfillRightsRequestRequest request;
    request.set_name(name);
    return Ask(rights_, &Rights::FulfillRightsRequest, request, std::move(permissions));
  }
  Result<v1::RightsRequest> GetRequest(const std::string& name) {
    v1::GetRightsRequestRequest request;
    request.set_name(name);
    return Ask(rights_, &Rights::GetRightsRequest, request);
  }
  Result<v1::ProcessingLimits> Hold(const std::string& contact) {
    v1::SetLegalHoldRequest request;
    request.set_name(contact + "/processingLimits");
    request.set_reason("LAWSUIT_2026_17");
    return Ask(limits_, &Limits::SetLegalHold, request);
  }
  Result<v1::ProcessingLimits> Release(const std::string& contact) {
    v1::LiftLegalHoldRequest request;
    request.set_name(contact + "/processingLimits");
    request.set_reason("LAWSUIT_ENDED");
    return Ask(limits_, &Limits::LiftLegalHold, request);
  }
  v1::ConsentDecision::Reason May(const std::string& contact, const std::string& purpose = "win-back") {
    v1::CheckConsentRequest request;
    auto& question = *request.add_questions();
    question.set_contact(contact);
    question.set_purpose(purpose);
    question.set_channel(v1::CHANNEL_EMAIL);
    auto answer = Ask(consents_, &Consents::CheckConsent, request);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    return answer.ok() ? answer->decisions(0).reason() : v1::ConsentDecision::REASON_UNSPECIFIED;
  }
  // The types of a subject's events, in the order of their versions.
  std::vector<std::string> Types(const std::string& subject) {
    static const postgres::Statement kTypes{
        "test_types", "SELECT event_type FROM event_log WHERE tenant_id = $1 AND subject = $2 ORDER BY aggregate_version"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), kTypes, postgres::Bound(tenant_, subject), Soon());
    EXPECT_TRUE(rows.ok());
    std::vector<std::string> types;
    for (int i = 0; i < rows->size(); ++i) types.push_back(rows->String(i, 0));
    return types;
  }

  rpc::Door rights_door_{"vefa.contact.v1.RightsService", pool_, key_, tenants_, metrics_, clock_};
  rpc::Door limit_door_{"vefa.contact.v1.ProcessingLimitService", pool_, key_, tenants_, metrics_, clock_};
  rpc::Door consent_door_{"vefa.contact.v1.ConsentService", pool_, key_, tenants_, metrics_, clock_};
  crypto::SigningKey proof_key_ = MakeProofKey(std::string(32, 'f'));
  RightsService rights_service_{rights_door_, database_.service(), keys_, copies_, nullptr, clock_, key_.secret()};
  ProcessingLimitService limit_service_{limit_door_, database_.service(), copies_, nullptr, clock_};
  ConsentService consent_service_{consent_door_, database_.service(), keys_, proof_key_, clock_};
  rpc::Door inventory_door_{"vefa.contact.v1.ProcessingInventoryService", pool_, key_, tenants_, metrics_, clock_};
  ProcessingInventoryService inventory_service_{inventory_door_, database_.service(), clock_};
  std::unique_ptr<grpc::Server> rights_server_;
  std::unique_ptr<rpc::Peer> rights_peer_;
  std::unique_ptr<Rights> rights_;
  std::unique_ptr<Limits> limits_;
  std::unique_ptr<Consents> consents_;
  std::unique_ptr<v1::ProcessingInventoryService::Stub> inventory_;
};

}  // namespace vefa::contact
