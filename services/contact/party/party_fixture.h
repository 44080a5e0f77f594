#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/contact/affiliation/affiliation_service.h"
#include "services/contact/boundary/boundary_service.h"
#include "services/contact/contact_fixture.h"
#include "services/contact/organization/organization_service.h"
#include "services/contact/relationship/relationship_service.h"

namespace vefa::contact {

// The services of parties behind a real gRPC server, beside that of contacts and on the same database.
class PartyTest : public ContactServiceTest {
 protected:
  using Organizations = v1::OrganizationService::Stub;
  using Affiliations = v1::AffiliationService::Stub;
  using Relationships = v1::RelationshipService::Stub;
  using Boundaries = v1::BoundaryService::Stub;

  PartyTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&organization_service_, &affiliation_service_,
                                                                        &relationship_service_, &boundary_service_})
      builder.RegisterService(service);
    party_server_ = builder.BuildAndStart();
    rpc::Transport transport;
    transport.MeasureBy(metrics_);
    party_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test", transport);
    organizations_ = v1::OrganizationService::NewStub(party_peer_->channel());
    affiliations_ = v1::AffiliationService::NewStub(party_peer_->channel());
    relationships_ = v1::RelationshipService::NewStub(party_peer_->channel());
    boundaries_ = v1::BoundaryService::NewStub(party_peer_->channel());
  }
  ~PartyTest() override { party_server_->Shutdown(); }

  template <typename AnyStub, typename Request, typename Response>
  Result<Response> Ask(const std::unique_ptr<AnyStub>& stub,
                       grpc::Status (AnyStub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request, std::vector<std::string> permissions = {"*"}) {
    return rpc::Call(*party_peer_, *stub, method, request, tenant_, std::move(permissions), Soon());
  }

  std::string NewContact(const std::string& external_id = "42") {
    auto made = Call(&Stub::CreateContact, Person(external_id));
    EXPECT_TRUE(made.ok());
    return made.ok() ? made->name() : "";
  }
  Result<v1::Organization> TryOrganization(const std::string& legal_name, const std::string& parent = "") {
    v1::CreateOrganizationRequest request;
    request.mutable_organization()->set_legal_name(legal_name);
    request.mutable_organization()->set_parent(parent);
    return Ask(organizations_, &Organizations::CreateOrganization, request);
  }
  std::string NewOrganization(const std::string& legal_name, const std::string& parent = "") {
    auto made = TryOrganization(legal_name, parent);
    EXPECT_TRUE(made.ok()) << made.error().message;
    return made.ok() ? made->name() : "";
  }
  Result<v1::Organization> Archive(const std::string& name, const std::string& etag = "") {
    v1::ArchiveOrganizationRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Ask(organizations_, &Organizations::ArchiveOrganization, request);
  }
  Result<v1::Organization> Move(const std::string& name, const std::string& parent) {
    v1::UpdateOrganizationRequest request;
    request.mutable_organization()->set_name(name);
    request.mutable_organization()->set_parent(parent);
    request.mutable_update_mask()->add_paths("parent");
    return Ask(organizations_, &Organizations::UpdateOrganization, request);
  }
  static v1::CreateAffiliationRequest Belongs(const std::string& contact, const std::string& organization) {
    v1::CreateAffiliationRequest request;
    request.mutable_affiliation()->set_contact(contact);
    request.mutable_affiliation()->set_organization(organization);
    request.mutable_affiliation()->set_role("employee");
    return request;
  }
  Result<v1::Affiliation> Affiliate(const v1::CreateAffiliationRequest& request) {
    return Ask(affiliations_, &Affiliations::CreateAffiliation, request);
  }
  static v1::OpenRelationshipRequest Between(const std::string& from, const std::string& to) {
    v1::OpenRelationshipRequest request;
    request.mutable_relationship()->set_from(from);
    request.mutable_relationship()->set_to(to);
    request.mutable_relationship()->set_type(v1::RELATIONSHIP_TYPE_DISTRIBUTOR);
    request.mutable_relationship()->set_status(v1::RELATIONSHIP_STATUS_ACTIVE);
    return request;
  }
  Result<v1::Relationship> Open(const v1::OpenRelationshipRequest& request) {
    return Ask(relationships_, &Relationships::OpenRelationship, request);
  }
  // What the ledger has of a subject: types in order of their versions, which it checks.
  std::vector<std::pair<std::string, v1::ContactEvent>> Facts(const std::string& subject) {
    static const postgres::Statement kFacts{"test_facts",
                                            "SELECT event_type, payload, aggregate_version FROM event_log"
                                            " WHERE tenant_id = $1 AND subject = $2 ORDER BY aggregate_version"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), kFacts, postgres::Bound(tenant_, subject), Soon());
    EXPECT_TRUE(rows.ok());
    std::vector<std::pair<std::string, v1::ContactEvent>> facts;
    for (int i = 0; i < rows->size(); ++i) {
      facts.emplace_back(rows->String(i, 0), v1::ContactEvent());
      EXPECT_TRUE(facts.back().second.ParseFromString(rows->String(i, 1)));
      EXPECT_EQ(rows->Int64(i, 2), i + 1);
    }
    return facts;
  }
  std::vector<std::string> Types(const std::string& subject) {
    std::vector<std::string> types;
    for (auto& [type, event] : Facts(subject)) types.push_back(type);
    return types;
  }
  // The reasons of the violations, as `field REASON`.
  static std::vector<std::string> Broken(const Error& error) {
    std::vector<std::string> broken;
    for (const Violation& violation : error.violations) broken.push_back(violation.field + " " + violation.reason);
    return broken;
  }
  static std::string User(int number) { return "users/0191e5f0-0000-7000-8000-00000000000" + std::to_string(number); }

  rpc::Door organization_door_{"vefa.contact.v1.OrganizationService", pool_, key_, tenants_, metrics_, clock_};
  rpc::Door affiliation_door_{"vefa.contact.v1.AffiliationService", pool_, key_, tenants_, metrics_, clock_};
  rpc::Door relationship_door_{"vefa.contact.v1.RelationshipService", pool_, key_, tenants_, metrics_, clock_};
  rpc::Door boundary_door_{"vefa.contact.v1.BoundaryService", pool_, key_, tenants_, metrics_, clock_};
  OrganizationService organization_service_{organization_door_, database_.service(), nullptr, clock_, key_.secret()};
  AffiliationService affiliation_service_{affiliation_door_, database_.service(), nullptr, clock_, key_.secret()};
  RelationshipService relationship_service_{relationship_door_, database_.service(), nullptr, clock_, key_.secret()};
  BoundaryService boundary_service_{boundary_door_, database_.service(), nullptr, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> party_server_;
  std::unique_ptr<rpc::Peer> party_peer_;
  std::unique_ptr<Organizations> organizations_;
  std::unique_ptr<Affiliations> affiliations_;
  std::unique_ptr<Relationships> relationships_;
  std::unique_ptr<Boundaries> boundaries_;

  static constexpr char kNobody[] = "0191e5f0-0000-7000-8000-0123456789ab";
};

}  // namespace vefa::contact
