#pragma once

#include <functional>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_copies.h"
#include "services/contact/right/limit_store.h"
#include "vefa/contact/v1/processing_limit_service.grpc.pb.h"

namespace vefa::contact {

// What stands in the way of using somebody's data, or of erasing it. Thread-safe.
class ProcessingLimitService final : public v1::ProcessingLimitService::CallbackService {
 public:
  // `copies` is copied; the others outlive it. `relay` is woken after each change; nullptr in tests without one.
  ProcessingLimitService(const rpc::Door& door, postgres::Database& database, const ContactCopies& copies, events::Relay* relay,
                         const Clock& clock)
      : door_(door), database_(database), copies_(copies), relay_(relay), clock_(clock) {}

  grpc::ServerUnaryReactor* GetProcessingLimits(grpc::CallbackServerContext* context, const v1::GetProcessingLimitsRequest* request,
                                                v1::ProcessingLimits* response) override;
  grpc::ServerUnaryReactor* LiftProcessingLimits(grpc::CallbackServerContext* context, const v1::LiftProcessingLimitsRequest* request,
                                                 v1::ProcessingLimits* response) override;
  grpc::ServerUnaryReactor* SetLegalHold(grpc::CallbackServerContext* context, const v1::SetLegalHoldRequest* request,
                                         v1::ProcessingLimits* response) override;
  grpc::ServerUnaryReactor* LiftLegalHold(grpc::CallbackServerContext* context, const v1::LiftLegalHoldRequest* request,
                                          v1::ProcessingLimits* response) override;

 private:
  Status Get(const rpc::CallContext& call, const v1::GetProcessingLimitsRequest& request, v1::ProcessingLimits& response);
  Status Lift(const rpc::CallContext& call, const v1::LiftProcessingLimitsRequest& request, v1::ProcessingLimits& response);
  Status Hold(const rpc::CallContext& call, const v1::SetLegalHoldRequest& request, v1::ProcessingLimits& response);
  Status Release(const rpc::CallContext& call, const v1::LiftLegalHoldRequest& request, v1::ProcessingLimits& response);

  // What is to become of the limits of a locked contact; called again when the transaction has to be.
  using Rule = std::function<Status(postgres::Transaction& transaction, LimitedContact& limited)>;
  Status Change(const rpc::CallContext& call, const std::string& name, const std::string& reason, const Rule& rule,
                v1::ProcessingLimits& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
