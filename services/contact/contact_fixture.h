#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/rpc/peer.h"
#include "libs/rpc/time.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"
#include "services/contact/attribute/attribute_service.h"
#include "services/contact/contact_service.h"
#include "services/contact/lifecycle/lifecycle_service.h"
#include "services/contact/pii_key_service.h"
#include "services/contact/point/point_service.h"
#include "services/contact/sight/contact_sight.h"
#include "vefa/contact/v1/contact_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::contact {

// The service behind a real gRPC server on a database of its own, called through a real channel.
class ContactServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::ContactService::Stub;

  ContactServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    builder.RegisterService(&key_service_);
    builder.RegisterService(&point_service_);
    builder.RegisterService(&lifecycle_service_);
    builder.RegisterService(&attribute_service_);
    server_ = builder.BuildAndStart();
    rpc::Transport transport;
    transport.MeasureBy(metrics_);
    peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test", transport);
    stub_ = v1::ContactService::NewStub(peer_->channel());
    lifecycle_stub_ = v1::LifecycleService::NewStub(peer_->channel());
    point_stub_ = v1::ContactPointService::NewStub(peer_->channel());
    attribute_stub_ = v1::AttributeService::NewStub(peer_->channel());
    key_stub_ = v1::PiiKeyService::NewStub(peer_->channel());
  }
  ~ContactServiceTest() override { server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, std::vector<std::string> permissions = {"*"}) {
    return rpc::Call(*peer_, *stub_, method, request, tenant_, std::move(permissions), Soon());
  }
  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (v1::ContactPointService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                              Response*),
                        const Request& request) {
    return rpc::Call(*peer_, *point_stub_, method, request, tenant_, {"*"}, Soon());
  }
  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (v1::LifecycleService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                           Response*),
                        const Request& request) {
    return rpc::Call(*peer_, *lifecycle_stub_, method, request, tenant_, {"*"}, Soon());
  }
  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (v1::AttributeService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                           Response*),
                        const Request& request) {
    return rpc::Call(*peer_, *attribute_stub_, method, request, tenant_, {"*"}, Soon());
  }
  static v1::CreateContactRequest Person(const std::string& external_id) {
    v1::CreateContactRequest request;
    request.mutable_contact()->set_external_id(external_id);
    request.mutable_contact()->set_display_name("Ayşe");
    request.mutable_contact()->set_email("ayse@deniz.example");
    request.mutable_contact()->set_language("tr");
    return request;
  }
  Result<v1::ImportContactsResponse> Import(const v1::ImportContactsRequest& request) {
    rpc::CallContext call;
    call.tenant = tenant_;
    call.deadline = Soon();
    return ContactImport(database_.service(), keys_, attributes_, copies_, clock_).Import(call, request);
  }
  Result<v1::ImportContactsResponse> Import(const v1::CreateContactRequest& person) {
    v1::ImportContactsRequest request;
    *request.add_rows()->mutable_contact() = person.contact();
    return Import(request);
  }
  Result<v1::Consent> Consent(const std::string& contact, v1::Consent::State state, int hours_ago) {
    v1::RecordConsentRequest request;
    request.set_contact(contact);
    request.mutable_consent()->set_purpose("win-back");
    request.mutable_consent()->set_channel(v1::CHANNEL_EMAIL);
    request.mutable_consent()->set_state(state);
    request.mutable_consent()->set_source("checkout");
    *request.mutable_consent()->mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(hours_ago));
    return Call(&Stub::RecordConsent, request);
  }
  Result<v1::EraseContactResponse> Erase(const std::string& name) {
    v1::EraseContactRequest request;
    request.set_name(name);
    request.set_reason("DATA_SUBJECT_REQUEST");
    return Call(&Stub::EraseContact, request);
  }
  Result<v1::Contact> Get(const std::string& name) {
    v1::GetContactRequest request;
    request.set_name(name);
    return Call(&Stub::GetContact, request);
  }
  // The states in the ledger, oldest first.
  std::vector<v1::ContactState> States() {
    static const postgres::Statement kPayloads{"test_payloads", "SELECT payload FROM event_log ORDER BY id"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), kPayloads, {}, Soon());
    EXPECT_TRUE(rows.ok());
    std::vector<v1::ContactState> states;
    for (int i = 0; i < rows->size(); ++i) {
      v1::ContactEvent event;
      EXPECT_TRUE(event.ParseFromString(rows->String(i, 0)));
      if (event.has_created()) states.push_back(event.created().state());
      if (event.has_updated()) states.push_back(event.updated().state());
    }
    return states;
  }
  std::vector<event::v1::PiiBox> Boxes() {
    std::vector<event::v1::PiiBox> boxes;
    for (const v1::ContactState& state : States()) boxes.push_back(state.personal());
    return boxes;
  }
  Result<v1::BatchGetPiiKeysResponse> Keys(const std::vector<event::v1::PiiBox>& boxes,
                                           std::vector<std::string> permissions = {"pii.read"}) {
    v1::BatchGetPiiKeysRequest request;
    for (const event::v1::PiiBox& box : boxes) request.add_key_ids(box.key_id());
    return rpc::Call(*peer_, *key_stub_, &v1::PiiKeyService::Stub::BatchGetPiiKeys, request, tenant_,
                     std::move(permissions), Soon());
  }

  SystemClock clock_;
  testing::TestDatabase database_{vefa_contact_migrations()};
  Uuid tenant_ = database_.tenant();
  telemetry::Metrics metrics_;
  rpc::PrincipalKey key_{std::string(32, 'k')};
  runtime::WorkerPool pool_{4, {.waiting_max = 64}};
  rpc::TenantDirectory tenants_{database_.service()};
  const ContactSight sight_{database_.service()};
  rpc::Door door_{"vefa.contact.v1.ContactService", pool_, key_, tenants_, metrics_, clock_, &sight_};
  rpc::Door key_door_{"vefa.contact.v1.PiiKeyService", pool_, key_, tenants_, metrics_, clock_};
  PiiKeys keys_{database_.service(), clock_, std::string(32, 'f')};
  redis::Client redis_{testing::RedisAddress(), {&redis::Cache::script()}};
  // Every test has people of its own, in a tenant of its own.
  redis::Cache cache_{redis_, "contact", &metrics_};
  ContactCopies copies_{&cache_, std::string(32, 'f')};
  AttributeCatalog attributes_{database_.service()};
  ContactLinks links_{std::string(32, 'f')};
  ContactService service_{door_, database_.service(), keys_, attributes_, copies_, links_, nullptr, clock_, key_.secret()};
  rpc::Door point_door_{"vefa.contact.v1.ContactPointService", pool_, key_, tenants_, metrics_, clock_, &sight_};
  PointService point_service_{point_door_, database_.service(),
                              ContactChanger(database_.service(), keys_, attributes_, copies_, nullptr, clock_), clock_};
  rpc::Door lifecycle_door_{"vefa.contact.v1.LifecycleService", pool_, key_, tenants_, metrics_, clock_, &sight_};
  LifecycleService lifecycle_service_{lifecycle_door_, database_.service(),
                                      ContactChanger(database_.service(), keys_, attributes_, copies_, nullptr, clock_),
                                      attributes_, nullptr, clock_, key_.secret()};
  rpc::Door attribute_door_{"vefa.contact.v1.AttributeService", pool_, key_, tenants_, metrics_, clock_};
  AttributeService attribute_service_{attribute_door_, database_.service(), attributes_, clock_};
  PiiKeyService key_service_{key_door_, keys_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<rpc::Peer> peer_;
  std::unique_ptr<Stub> stub_;
  std::unique_ptr<v1::ContactPointService::Stub> point_stub_;
  std::unique_ptr<v1::LifecycleService::Stub> lifecycle_stub_;
  std::unique_ptr<v1::AttributeService::Stub> attribute_stub_;
  std::unique_ptr<v1::PiiKeyService::Stub> key_stub_;
};

}  // namespace vefa::contact
