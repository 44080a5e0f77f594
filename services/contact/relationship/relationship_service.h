#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/relationship/relationship_store.h"
#include "vefa/contact/v1/relationship_service.grpc.pb.h"

namespace vefa::contact {

// The gRPC surface of relationships: one override that queues the call, one method that does it. Thread-safe.
class RelationshipService final : public v1::RelationshipService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each commit; nullptr in tests without one.
  RelationshipService(const rpc::Door& door, postgres::Database& database, events::Relay* relay, const Clock& clock,
                      std::string secret)
      : door_(door), database_(database), relay_(relay), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* OpenRelationship(grpc::CallbackServerContext* context,
                                             const v1::OpenRelationshipRequest* request,
                                             v1::Relationship* response) override;
  grpc::ServerUnaryReactor* GetRelationship(grpc::CallbackServerContext* context,
                                            const v1::GetRelationshipRequest* request, v1::Relationship* response) override;
  grpc::ServerUnaryReactor* ListRelationships(grpc::CallbackServerContext* context,
                                              const v1::ListRelationshipsRequest* request,
                                              v1::ListRelationshipsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateRelationship(grpc::CallbackServerContext* context,
                                               const v1::UpdateRelationshipRequest* request,
                                               v1::Relationship* response) override;
  grpc::ServerUnaryReactor* CloseRelationship(grpc::CallbackServerContext* context,
                                              const v1::CloseRelationshipRequest* request,
                                              v1::Relationship* response) override;
  grpc::ServerUnaryReactor* AssignResponsibility(grpc::CallbackServerContext* context,
                                                 const v1::AssignResponsibilityRequest* request,
                                                 v1::Responsibility* response) override;
  grpc::ServerUnaryReactor* EndResponsibility(grpc::CallbackServerContext* context,
                                              const v1::EndResponsibilityRequest* request,
                                              v1::Responsibility* response) override;
  grpc::ServerUnaryReactor* HandOverResponsibility(grpc::CallbackServerContext* context,
                                                   const v1::HandOverResponsibilityRequest* request,
                                                   v1::Responsibility* response) override;
  grpc::ServerUnaryReactor* ListResponsibilities(grpc::CallbackServerContext* context,
                                                 const v1::ListResponsibilitiesRequest* request,
                                                 v1::ListResponsibilitiesResponse* response) override;

 private:
  Status Open(const rpc::CallContext& call, const v1::OpenRelationshipRequest& request, v1::Relationship& response);
  Status Get(const rpc::CallContext& call, const v1::GetRelationshipRequest& request, v1::Relationship& response);
  Status List(const rpc::CallContext& call, const v1::ListRelationshipsRequest& request,
              v1::ListRelationshipsResponse& response);
  Status Update(const rpc::CallContext& call, const v1::UpdateRelationshipRequest& request, v1::Relationship& response);
  Status Close(const rpc::CallContext& call, const v1::CloseRelationshipRequest& request, v1::Relationship& response);
  Status Assign(const rpc::CallContext& call, const v1::AssignResponsibilityRequest& request,
                v1::Responsibility& response);
  Status End(const rpc::CallContext& call, const v1::EndResponsibilityRequest& request, v1::Responsibility& response);
  Status HandOver(const rpc::CallContext& call, const v1::HandOverResponsibilityRequest& request,
                  v1::Responsibility& response);
  Status Responsible(const rpc::CallContext& call, const v1::ListResponsibilitiesRequest& request,
                     v1::ListResponsibilitiesResponse& response);
  // Time never goes back for one relationship, whoever's clock it is.
  Time NowFor(const Relationship& relationship) const { return std::max(clock_.Now(), relationship.update_time); }
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
