#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/suppression_service.grpc.pb.h"

namespace vefa::contact {

// Addresses that are not to be written to. Thread-safe.
class SuppressionService final : public v1::SuppressionService::CallbackService {
 public:
  // `secret` signs page tokens.
  SuppressionService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, const Clock& clock, std::string secret)
      : door_(door), database_(database), keys_(keys), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* AddSuppression(grpc::CallbackServerContext* context, const v1::AddSuppressionRequest* request,
                                           v1::Suppression* response) override;
  grpc::ServerUnaryReactor* ListSuppressions(grpc::CallbackServerContext* context, const v1::ListSuppressionsRequest* request,
                                             v1::ListSuppressionsResponse* response) override;
  grpc::ServerUnaryReactor* LiftSuppression(grpc::CallbackServerContext* context, const v1::LiftSuppressionRequest* request,
                                            v1::Suppression* response) override;
  grpc::ServerUnaryReactor* CheckSuppressions(grpc::CallbackServerContext* context, const v1::CheckSuppressionsRequest* request,
                                              v1::CheckSuppressionsResponse* response) override;

 private:
  Status Add(const rpc::CallContext& call, const v1::AddSuppressionRequest& request, v1::Suppression& response);
  Status List(const rpc::CallContext& call, const v1::ListSuppressionsRequest& request, v1::ListSuppressionsResponse& response);
  Status Lift(const rpc::CallContext& call, const v1::LiftSuppressionRequest& request, v1::Suppression& response);
  Status CheckAll(const rpc::CallContext& call, const v1::CheckSuppressionsRequest& request, v1::CheckSuppressionsResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::contact
