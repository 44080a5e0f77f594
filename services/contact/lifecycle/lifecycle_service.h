#pragma once

#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_change.h"
#include "vefa/contact/v1/lifecycle_service.grpc.pb.h"

namespace vefa::contact {

// Where in the relationship people are. Thread-safe.
class LifecycleService final : public v1::LifecycleService::CallbackService {
 public:
  LifecycleService(const rpc::Door& door, postgres::Database& database, ContactChanger change)
      : door_(door), database_(database), change_(std::move(change)) {}

  grpc::ServerUnaryReactor* SetLifecycleStage(grpc::CallbackServerContext* context,
                                              const v1::SetLifecycleStageRequest* request,
                                              v1::Contact* response) override;
  grpc::ServerUnaryReactor* ListLifecycleChanges(grpc::CallbackServerContext* context,
                                                 const v1::ListLifecycleChangesRequest* request,
                                                 v1::ListLifecycleChangesResponse* response) override;

 private:
  Status Set(const rpc::CallContext& call, const v1::SetLifecycleStageRequest& request, v1::Contact& response);
  Status List(const rpc::CallContext& call, const v1::ListLifecycleChangesRequest& request,
              v1::ListLifecycleChangesResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const ContactChanger change_;
};

}  // namespace vefa::contact
