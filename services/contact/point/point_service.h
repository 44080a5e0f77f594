#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_change.h"
#include "vefa/contact/v1/contact_point_service.grpc.pb.h"

namespace vefa::contact {

// The ways to reach a person, as parts of her record. Thread-safe.
class PointService final : public v1::ContactPointService::CallbackService {
 public:
  PointService(const rpc::Door& door, postgres::Database& database, ContactChanger change, const Clock& clock)
      : door_(door), database_(database), change_(std::move(change)), clock_(clock) {}

  grpc::ServerUnaryReactor* ListContactPoints(grpc::CallbackServerContext* context,
                                              const v1::ListContactPointsRequest* request,
                                              v1::ListContactPointsResponse* response) override;
  grpc::ServerUnaryReactor* FindContactPoints(grpc::CallbackServerContext* context,
                                              const v1::FindContactPointsRequest* request,
                                              v1::FindContactPointsResponse* response) override;
  grpc::ServerUnaryReactor* AddContactPoint(grpc::CallbackServerContext* context,
                                            const v1::AddContactPointRequest* request,
                                            v1::ContactPoint* response) override;
  grpc::ServerUnaryReactor* UpdateContactPoint(grpc::CallbackServerContext* context,
                                               const v1::UpdateContactPointRequest* request,
                                               v1::ContactPoint* response) override;
  grpc::ServerUnaryReactor* RemoveContactPoint(grpc::CallbackServerContext* context,
                                               const v1::RemoveContactPointRequest* request,
                                               v1::RemoveContactPointResponse* response) override;

 private:
  Status List(const rpc::CallContext& call, const v1::ListContactPointsRequest& request,
              v1::ListContactPointsResponse& response);
  Status Find(const rpc::CallContext& call, const v1::FindContactPointsRequest& request,
              v1::FindContactPointsResponse& response);
  Status Add(const rpc::CallContext& call, const v1::AddContactPointRequest& request, v1::ContactPoint& response);
  Status Update(const rpc::CallContext& call, const v1::UpdateContactPointRequest& request, v1::ContactPoint& response);
  Status Remove(const rpc::CallContext& call, const v1::RemoveContactPointRequest& request,
                v1::RemoveContactPointResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const ContactChanger change_;
  const Clock& clock_;
};

}  // namespace vefa::contact
