#pragma once

#include <functional>
#include <string>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"
#include "services/contact/right/right_store.h"
#include "vefa/contact/v1/rights_service.grpc.pb.h"

namespace vefa::contact {

// What people ask for by their rights. Thread-safe.
class RightsService final : public v1::RightsService::CallbackService {
 public:
  // `copies` is copied; the others outlive it. `secret` signs page tokens. `relay` is woken after each change; nullptr in tests without
  // one.
  RightsService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, const ContactCopies& copies, events::Relay* relay,
                const Clock& clock, std::string secret)
      : door_(door), database_(database), keys_(keys), copies_(copies), relay_(relay), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* CreateRightsRequest(grpc::CallbackServerContext* context, const v1::CreateRightsRequestRequest* request,
                                                v1::RightsRequest* response) override;
  grpc::ServerUnaryReactor* GetRightsRequest(grpc::CallbackServerContext* context, const v1::GetRightsRequestRequest* request,
                                             v1::RightsRequest* response) override;
  grpc::ServerUnaryReactor* ListRightsRequests(grpc::CallbackServerContext* context, const v1::ListRightsRequestsRequest* request,
                                               v1::ListRightsRequestsResponse* response) override;
  grpc::ServerUnaryReactor* AskIdentity(grpc::CallbackServerContext* context, const v1::AskIdentityRequest* request,
                                        v1::RightsRequest* response) override;
  grpc::ServerUnaryReactor* ConfirmIdentity(grpc::CallbackServerContext* context, const v1::ConfirmIdentityRequest* request,
                                            v1::RightsRequest* response) override;
  grpc::ServerUnaryReactor* ExtendRightsRequest(grpc::CallbackServerContext* context, const v1::ExtendRightsRequestRequest* request,
                                                v1::RightsRequest* response) override;
  grpc::ServerUnaryReactor* FulfillRightsRequest(grpc::CallbackServerContext* context, const v1::FulfillRightsRequestRequest* request,
                                                 v1::RightsRequest* response) override;
  grpc::ServerUnaryReactor* CloseRightsRequest(grpc::CallbackServerContext* context, const v1::CloseRightsRequestRequest* request,
                                               v1::RightsRequest* response) override;
  grpc::ServerUnaryReactor* ListRightsProfiles(grpc::CallbackServerContext* context, const v1::ListRightsProfilesRequest* request,
                                               v1::ListRightsProfilesResponse* response) override;
  grpc::ServerUnaryReactor* GetErasureReport(grpc::CallbackServerContext* context, const v1::GetErasureReportRequest* request,
                                             v1::ErasureReport* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreateRightsRequestRequest& request, v1::RightsRequest& response);
  Status Get(const rpc::CallContext& call, const v1::GetRightsRequestRequest& request, v1::RightsRequest& response);
  Status List(const rpc::CallContext& call, const v1::ListRightsRequestsRequest& request, v1::ListRightsRequestsResponse& response);
  Status Ask(const rpc::CallContext& call, const v1::AskIdentityRequest& request, v1::RightsRequest& response);
  Status Confirm(const rpc::CallContext& call, const v1::ConfirmIdentityRequest& request, v1::RightsRequest& response);
  Status Extend(const rpc::CallContext& call, const v1::ExtendRightsRequestRequest& request, v1::RightsRequest& response);
  Status Fulfill(const rpc::CallContext& call, const v1::FulfillRightsRequestRequest& request, v1::RightsRequest& response);
  Status Close(const rpc::CallContext& call, const v1::CloseRightsRequestRequest& request, v1::RightsRequest& response);
  Status Profiles(v1::ListRightsProfilesResponse& response);
  Status Report(const rpc::CallContext& call, const v1::GetErasureReportRequest& request, v1::ErasureReport& response);

  // What is to become of a locked request; the step that says what was done, nullopt when nothing is to be. Called again when the
  // transaction has to be.
  using Rule = std::function<Result<std::optional<RightsStep>>(postgres::Transaction& transaction, RightsRequest& request)>;
  Status Change(const rpc::CallContext& call, const Uuid& id, const Rule& rule, v1::RightsRequest& response);
  // The effect of a restriction or an objection, with the end of its request: one transaction.
  Status Limit(const rpc::CallContext& call, const RightsRequest& known, v1::RightsRequest& response);
  Status Erase(const rpc::CallContext& call, const RightsRequest& known);
  // Whether it may be fulfilled now.
  Status CheckReady(const rpc::CallContext& call, const RightsRequest& known);
  void Committed() const {
    if (relay_ != nullptr) relay_->Wake();
  }

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::contact
