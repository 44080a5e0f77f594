#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/contact/v1/purpose_service.grpc.pb.h"

namespace vefa::contact {

// What data may be used for. Thread-safe.
class PurposeService final : public v1::PurposeService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each commit; nullptr in tests without one.
  PurposeService(const rpc::Door& door, postgres::Database& database, events::Relay* relay, const Clock& clock, std::string secret)
      : door_(door), database_(database), relay_(relay), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* CreatePurpose(grpc::CallbackServerContext* context, const v1::CreatePurposeRequest* request,
                                          v1::Purpose* response) override;
  grpc::ServerUnaryReactor* UpdatePurpose(grpc::CallbackServerContext* context, const v1::UpdatePurposeRequest* request,
                                          v1::Purpose* response) override;
  grpc::ServerUnaryReactor* PublishPurposeText(grpc::CallbackServerContext* context, const v1::PublishPurposeTextRequest* request,
                                               v1::PurposeText* response) override;
  grpc::ServerUnaryReactor* GetPurpose(grpc::CallbackServerContext* context, const v1::GetPurposeRequest* request,
                                       v1::Purpose* response) override;
  grpc::ServerUnaryReactor* ListPurposes(grpc::CallbackServerContext* context, const v1::ListPurposesRequest* request,
                                         v1::ListPurposesResponse* response) override;
  grpc::ServerUnaryReactor* ListPurposeTexts(grpc::CallbackServerContext* context, const v1::ListPurposeTextsRequest* request,
                                             v1::ListPurposeTextsResponse* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreatePurposeRequest& request, v1::Purpose& response);
  Status Update(const rpc::CallContext& call, const v1::UpdatePurposeRequest& request, v1::Purpose& response);
  Status Publish(const rpc::CallContext& call, const v1::PublishPurposeTextRequest& request, v1::PurposeText& response);
  Status Get(const rpc::CallContext& call, const v1::GetPurposeRequest& request, v1::Purpose& response);
  Status List(const rpc::CallContext& call, const v1::ListPurposesRequest& request, v1::ListPurposesResponse& response);
  Status Texts(const rpc::CallContext& call, const v1::ListPurposeTextsRequest& request, v1::ListPurposeTextsResponse& response);
  // The answer of `change(transaction) -> Result<Response>`, or the one that was given to the same request before.
  template <typename Response, typename Change>
  Status Once(const rpc::CallContext& call, const char* method, const std::string& request_id, const std::string& request,
              Response& response, Change change);

  const rpc::Door& door_;
  postgres::Database& database_;
  events::Relay* relay_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::contact
