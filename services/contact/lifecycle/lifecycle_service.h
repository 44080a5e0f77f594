#pragma once

#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_change.h"
#include "services/contact/rating/rating_loop.h"
#include "vefa/contact/v1/lifecycle_service.grpc.pb.h"

namespace vefa::contact {

// Where in the relationship people are. Thread-safe.
class LifecycleService final : public v1::LifecycleService::CallbackService {
 public:
  // What is not copied outlives it. `loop` is woken after each change of a rule; nullptr in tests without one. `secret` signs page tokens.
  LifecycleService(const rpc::Door& door, postgres::Database& database, ContactChanger change, AttributeCatalog& attributes,
                   RatingLoop* loop, const Clock& clock, std::string secret)
      : door_(door), database_(database), change_(std::move(change)), attributes_(attributes), loop_(loop), clock_(clock),
        secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* SetLifecycleStage(grpc::CallbackServerContext* context,
                                              const v1::SetLifecycleStageRequest* request,
                                              v1::Contact* response) override;
  grpc::ServerUnaryReactor* ListLifecycleChanges(grpc::CallbackServerContext* context,
                                                 const v1::ListLifecycleChangesRequest* request,
                                                 v1::ListLifecycleChangesResponse* response) override;
  grpc::ServerUnaryReactor* SetLifecycleRule(grpc::CallbackServerContext* context, const v1::SetLifecycleRuleRequest* request,
                                             v1::LifecycleRule* response) override;
  grpc::ServerUnaryReactor* ListLifecycleRules(grpc::CallbackServerContext* context, const v1::ListLifecycleRulesRequest* request,
                                               v1::ListLifecycleRulesResponse* response) override;
  grpc::ServerUnaryReactor* DeleteLifecycleRule(grpc::CallbackServerContext* context, const v1::DeleteLifecycleRuleRequest* request,
                                                v1::DeleteLifecycleRuleResponse* response) override;
  grpc::ServerUnaryReactor* GetTenure(grpc::CallbackServerContext* context, const v1::GetTenureRequest* request,
                                      v1::Tenure* response) override;
  grpc::ServerUnaryReactor* ListAnniversaries(grpc::CallbackServerContext* context, const v1::ListAnniversariesRequest* request,
                                              v1::ListAnniversariesResponse* response) override;

 private:
  Status Set(const rpc::CallContext& call, const v1::SetLifecycleStageRequest& request, v1::Contact& response);
  Status List(const rpc::CallContext& call, const v1::ListLifecycleChangesRequest& request,
              v1::ListLifecycleChangesResponse& response);
  Status SetRule(const rpc::CallContext& call, const v1::SetLifecycleRuleRequest& request, v1::LifecycleRule& response);
  Status ListRules(const rpc::CallContext& call, v1::ListLifecycleRulesResponse& response);
  Status DeleteRule(const rpc::CallContext& call, const v1::DeleteLifecycleRuleRequest& request);
  Status TenureOf(const rpc::CallContext& call, const v1::GetTenureRequest& request, v1::Tenure& response);
  Status Anniversaries(const rpc::CallContext& call, const v1::ListAnniversariesRequest& request, v1::ListAnniversariesResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const ContactChanger change_;
  AttributeCatalog& attributes_;
  RatingLoop* loop_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::contact
