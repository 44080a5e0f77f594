#pragma once

#include <functional>

#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/notification/submission.h"
#include "vefa/notification/v1/notification_service.grpc.pb.h"

namespace vefa::notification {

// The gRPC surface: one override that queues the call, one method that does it. Thread-safe.
class NotificationService final : public v1::NotificationService::CallbackService {
 public:
  // `secret` signs page tokens. `committed` is called after every commit: it wakes the relay and the
  // dispatcher.
  NotificationService(const rpc::Door& door, postgres::Database& database, Recipients& recipients, const TokenKey& key,
                      const Clock& clock, telemetry::Metrics& metrics, std::string secret, std::function<void()> committed)
      : door_(door), database_(database), key_(key), clock_(clock), secret_(std::move(secret)),
        committed_(std::move(committed)), submitter_(database, recipients, key, clock, metrics) {}

  grpc::ServerUnaryReactor* SubmitMessages(grpc::CallbackServerContext* context, const v1::SubmitMessagesRequest* request,
                                           v1::SubmitMessagesResponse* response) override;
  grpc::ServerUnaryReactor* GetMessage(grpc::CallbackServerContext* context, const v1::GetMessageRequest* request,
                                       v1::Message* response) override;
  grpc::ServerUnaryReactor* ListMessages(grpc::CallbackServerContext* context, const v1::ListMessagesRequest* request,
                                         v1::ListMessagesResponse* response) override;
  grpc::ServerUnaryReactor* ListSuppressions(grpc::CallbackServerContext* context,
                                             const v1::ListSuppressionsRequest* request,
                                             v1::ListSuppressionsResponse* response) override;
  grpc::ServerUnaryReactor* ReadUnsubscribeToken(grpc::CallbackServerContext* context,
                                                 const v1::ReadUnsubscribeTokenRequest* request,
                                                 v1::ReadUnsubscribeTokenResponse* response) override;
  grpc::ServerUnaryReactor* Unsubscribe(grpc::CallbackServerContext* context, const v1::UnsubscribeRequest* request,
                                        v1::UnsubscribeResponse* response) override;

 private:
  Status Submit(const rpc::CallContext& call, const v1::SubmitMessagesRequest& request,
                v1::SubmitMessagesResponse& response);
  Status Get(const rpc::CallContext& call, const v1::GetMessageRequest& request, v1::Message& response);
  Status List(const rpc::CallContext& call, const v1::ListMessagesRequest& request, v1::ListMessagesResponse& response);
  Status Suppressions(const rpc::CallContext& call, const v1::ListSuppressionsRequest& request,
                      v1::ListSuppressionsResponse& response);
  Status ReadToken(const rpc::CallContext& call, const v1::ReadUnsubscribeTokenRequest& request,
                   v1::ReadUnsubscribeTokenResponse& response);
  Status TakeBack(const rpc::CallContext& call, const v1::UnsubscribeRequest& request, v1::UnsubscribeResponse& response);
  Result<UnsubscribeTarget> TargetOf(const std::string& token, Deadline deadline);

  const rpc::Door& door_;
  postgres::Database& database_;
  const TokenKey& key_;
  const Clock& clock_;
  const std::string secret_;
  const std::function<void()> committed_;
  Submitter submitter_;
};

}  // namespace vefa::notification
