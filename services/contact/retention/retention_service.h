#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/retention/retention_runner.h"
#include "vefa/contact/v1/retention_service.grpc.pb.h"

namespace vefa::contact {

// How long people are kept. Thread-safe.
class RetentionService final : public v1::RetentionService::CallbackService {
 public:
  RetentionService(const rpc::Door& door, postgres::Database& database, const RetentionRunner& runner, const Clock& clock)
      : door_(door), database_(database), runner_(runner), clock_(clock) {}

  grpc::ServerUnaryReactor* SetRetentionRule(grpc::CallbackServerContext* context, const v1::SetRetentionRuleRequest* request,
                                             v1::RetentionRule* response) override;
  grpc::ServerUnaryReactor* ListRetentionRules(grpc::CallbackServerContext* context, const v1::ListRetentionRulesRequest* request,
                                               v1::ListRetentionRulesResponse* response) override;
  grpc::ServerUnaryReactor* DeleteRetentionRule(grpc::CallbackServerContext* context, const v1::DeleteRetentionRuleRequest* request,
                                                v1::DeleteRetentionRuleResponse* response) override;
  grpc::ServerUnaryReactor* PreviewRetention(grpc::CallbackServerContext* context, const v1::PreviewRetentionRequest* request,
                                             v1::PreviewRetentionResponse* response) override;
  grpc::ServerUnaryReactor* RunRetention(grpc::CallbackServerContext* context, const v1::RunRetentionRequest* request,
                                         v1::RunRetentionResponse* response) override;

 private:
  Status Set(const rpc::CallContext& call, const v1::SetRetentionRuleRequest& request, v1::RetentionRule& response);
  Status List(const rpc::CallContext& call, const v1::ListRetentionRulesRequest& request, v1::ListRetentionRulesResponse& response);
  Status Delete(const rpc::CallContext& call, const v1::DeleteRetentionRuleRequest& request, v1::DeleteRetentionRuleResponse& response);
  Status Preview(const rpc::CallContext& call, const v1::PreviewRetentionRequest& request, v1::PreviewRetentionResponse& response);
  Status Run(const rpc::CallContext& call, const v1::RunRetentionRequest& request, v1::RunRetentionResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const RetentionRunner& runner_;
  const Clock& clock_;
};

}  // namespace vefa::contact
