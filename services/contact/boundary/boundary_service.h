#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/boundary/boundary_store.h"
#include "vefa/contact/v1/boundary_service.grpc.pb.h"

namespace vefa::contact {

// The gRPC surface of boundaries: one override that queues the call, one method that does it. Thread-safe.
class BoundaryService final : public v1::BoundaryService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each commit; nullptr in tests without one.
  BoundaryService(const rpc::Door& door, postgres::Database& database, events::Relay* relay, const Clock& clock,
                  std::string secret)
      : door_(door), database_(database), relay_(relay), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* SetBoundary(grpc::CallbackServerContext* context, const v1::SetBoundaryRequest* request,
                                        v1::Boundary* response) override;
  grpc::ServerUnaryReactor* LiftBoundary(grpc::CallbackServerContext* context, const v1::LiftBoundaryRequest* request,
                                         v1::Boundary* response) override;
  grpc::ServerUnaryReactor* GetBoundary(grpc::CallbackServerContext* context, const v1::GetBoundaryRequest* request,
                                        v1::Boundary* response) override;
  grpc::ServerUnaryReactor* ListBoundaries(grpc::CallbackServerContext* context, const v1::ListBoundariesRequest* request,
                                           v1::ListBoundariesResponse* response) override;
  grpc::ServerUnaryReactor* EvaluateBoundaries(grpc::CallbackServerContext* context,
                                               const v1::EvaluateBoundariesRequest* request,
                                               v1::EvaluateBoundariesResponse* response) override;

 private:
  Status Set(const rpc::CallContext& call, const v1::SetBoundaryRequest& request, v1::Boundary& response);
  Status Lift(const rpc::CallContext& call, const v1::LiftBoundaryRequest& request, v1::Boundary& response);
  Status Get(const rpc::CallContext& call, const v1::GetBoundaryRequest& request, v1::Boundary& response);
  Status List(const rpc::CallContext& call, const v1::ListBoundariesRequest& request,
              v1::ListBoundariesResponse& response);
  Status Judge(const rpc::CallContext& call, const v1::EvaluateBoundariesRequest& request,
               v1::EvaluateBoundariesResponse& response);
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
