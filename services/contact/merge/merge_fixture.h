#pragma once

#include "services/contact/consent/consent_check.h"
#include "services/contact/contact_fixture.h"
#include "services/contact/merge/merge_service.h"

namespace vefa::contact {

// Merges behind a real gRPC server, beside contacts.
class MergeServiceTest : public ContactServiceTest {
 protected:
  using Stub = v1::ContactService::Stub;
  using Merges = v1::MergeService::Stub;

  MergeServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&merge_service_);
    merge_server_ = builder.BuildAndStart();
    rpc::Transport transport;
    transport.MeasureBy(metrics_);
    merge_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test", transport);
    merges_ = v1::MergeService::NewStub(merge_peer_->channel());
  }
  ~MergeServiceTest() override { merge_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (Merges::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*merge_peer_, *merges_, method, request, tenant_, {"*"}, Soon());
  }
  std::string Create(const std::string& external_id, const std::string& email, const std::string& given_name = "") {
    auto request = Person(external_id);
    request.mutable_contact()->set_email(email);
    request.mutable_contact()->set_given_name(given_name);
    return Call(&Stub::CreateContact, request)->name();
  }
  static v1::MergeContactsRequest Request(const std::string& survivor, const std::string& merged) {
    v1::MergeContactsRequest request;
    request.set_survivor(survivor);
    request.set_merged(merged);
    return request;
  }
  Result<v1::Merge> Merge(const std::string& survivor, const std::string& merged) {
    return Ask(&Merges::MergeContacts, Request(survivor, merged));
  }
  Result<v1::Merge> Unmerge(const std::string& name) {
    v1::UnmergeContactRequest request;
    request.set_name(name);
    return Ask(&Merges::UnmergeContact, request);
  }
  Result<v1::Contact> Update(const std::string& name, const std::function<void(v1::Contact&)>& change) {
    v1::UpdateContactRequest request;
    request.mutable_contact()->set_name(name);
    change(*request.mutable_contact());
    return Call(&Stub::UpdateContact, request);
  }
  ConsentReason Check(const std::string& contact) {
    auto decisions = CheckConsents(database_.service(), tenant_,
                                   {{*ParseResourceName("contacts", contact), "win-back", Channel::kEmail}}, clock_.Now(), Soon());
    EXPECT_TRUE(decisions.ok());
    return decisions->front().reason;
  }
  // What a record holds, but for its versions and times.
  static std::string Essence(v1::Contact contact) {
    contact.clear_version();
    contact.clear_etag();
    contact.clear_update_time();
    return contact.SerializeAsString();
  }
  std::string Points(const std::string& contact) {
    v1::ListContactPointsRequest request;
    request.set_contact(contact);
    return Call(&v1::ContactPointService::Stub::ListContactPoints, request)->SerializeAsString();
  }

  rpc::Door merge_door_{"vefa.contact.v1.MergeService", pool_, key_, tenants_, metrics_, clock_};
  MergeService merge_service_{merge_door_, database_.service(), keys_, attributes_, copies_, nullptr, clock_};
  std::unique_ptr<grpc::Server> merge_server_;
  std::unique_ptr<rpc::Peer> merge_peer_;
  std::unique_ptr<Merges> merges_;
};

}  // namespace vefa::contact
