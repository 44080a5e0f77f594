#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/retention_service.grpc.pb.h"

namespace vefa::contact {

// How long people are kept. Thread-safe.
class RetentionService final : public v1::RetentionService::CallbackService {
 public:
  // `copies` is copied; the others outlive it. `relay` is woken after each run; nullptr in tests without one.
  RetentionService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, const ContactCopies& copies, events::Relay* relay,
                   const Clock& clock)
      : door_(door), database_(database), keys_(keys), copies_(copies), relay_(relay), clock_(clock) {}

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
  PiiKeys& keys_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
