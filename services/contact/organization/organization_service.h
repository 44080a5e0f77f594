#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/organization/organization_store.h"
#include "vefa/contact/v1/organization_service.grpc.pb.h"

namespace vefa::contact {

// The gRPC surface of organisations: one override that queues the call, one method that does it. Thread-safe.
class OrganizationService final : public v1::OrganizationService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each commit; nullptr in tests without one.
  OrganizationService(const rpc::Door& door, postgres::Database& database, events::Relay* relay, const Clock& clock,
                      std::string secret)
      : door_(door), database_(database), relay_(relay), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* CreateOrganization(grpc::CallbackServerContext* context,
                                               const v1::CreateOrganizationRequest* request,
                                               v1::Organization* response) override;
  grpc::ServerUnaryReactor* GetOrganization(grpc::CallbackServerContext* context,
                                            const v1::GetOrganizationRequest* request, v1::Organization* response) override;
  grpc::ServerUnaryReactor* ListOrganizations(grpc::CallbackServerContext* context,
                                              const v1::ListOrganizationsRequest* request,
                                              v1::ListOrganizationsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateOrganization(grpc::CallbackServerContext* context,
                                               const v1::UpdateOrganizationRequest* request,
                                               v1::Organization* response) override;
  grpc::ServerUnaryReactor* ArchiveOrganization(grpc::CallbackServerContext* context,
                                                const v1::ArchiveOrganizationRequest* request,
                                                v1::Organization* response) override;
  grpc::ServerUnaryReactor* GetOrganizationTree(grpc::CallbackServerContext* context,
                                                const v1::GetOrganizationTreeRequest* request,
                                                v1::OrganizationTree* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreateOrganizationRequest& request, v1::Organization& response);
  Status Get(const rpc::CallContext& call, const v1::GetOrganizationRequest& request, v1::Organization& response);
  Status List(const rpc::CallContext& call, const v1::ListOrganizationsRequest& request,
              v1::ListOrganizationsResponse& response);
  Status Update(const rpc::CallContext& call, const v1::UpdateOrganizationRequest& request, v1::Organization& response);
  Status Archive(const rpc::CallContext& call, const v1::ArchiveOrganizationRequest& request, v1::Organization& response);
  Status Tree(const rpc::CallContext& call, const v1::GetOrganizationTreeRequest& request, v1::OrganizationTree& response);
  void Committed() const {
    if (relay_ != nullptr) relay_->Wake();
  }

  const rpc::Door& door_;
  postgres::Database& database_;
  events::Relay* relay_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::contact
