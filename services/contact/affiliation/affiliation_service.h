#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/affiliation/affiliation_store.h"
#include "vefa/contact/v1/affiliation_service.grpc.pb.h"

namespace vefa::contact {

// The gRPC surface of affiliations: one override that queues the call, one method that does it. Thread-safe.
class AffiliationService final : public v1::AffiliationService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each commit; nullptr in tests without one.
  AffiliationService(const rpc::Door& door, postgres::Database& database, events::Relay* relay, const Clock& clock,
                     std::string secret)
      : door_(door), database_(database), relay_(relay), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* CreateAffiliation(grpc::CallbackServerContext* context,
                                              const v1::CreateAffiliationRequest* request,
                                              v1::Affiliation* response) override;
  grpc::ServerUnaryReactor* GetAffiliation(grpc::CallbackServerContext* context, const v1::GetAffiliationRequest* request,
                                           v1::Affiliation* response) override;
  grpc::ServerUnaryReactor* ListAffiliations(grpc::CallbackServerContext* context,
                                             const v1::ListAffiliationsRequest* request,
                                             v1::ListAffiliationsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateAffiliation(grpc::CallbackServerContext* context,
                                              const v1::UpdateAffiliationRequest* request,
                                              v1::Affiliation* response) override;
  grpc::ServerUnaryReactor* EndAffiliation(grpc::CallbackServerContext* context, const v1::EndAffiliationRequest* request,
                                           v1::Affiliation* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreateAffiliationRequest& request, v1::Affiliation& response);
  Status Get(const rpc::CallContext& call, const v1::GetAffiliationRequest& request, v1::Affiliation& response);
  Status List(const rpc::CallContext& call, const v1::ListAffiliationsRequest& request,
              v1::ListAffiliationsResponse& response);
  Status Update(const rpc::CallContext& call, const v1::UpdateAffiliationRequest& request, v1::Affiliation& response);
  Status End(const rpc::CallContext& call, const v1::EndAffiliationRequest& request, v1::Affiliation& response);
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
