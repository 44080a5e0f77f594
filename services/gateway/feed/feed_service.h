#pragma once

#include "services/gateway/feed/feed_calls.h"
#include "services/gateway/grpc_service.h"
#include "vefa/event/v1/event_feed_service.grpc.pb.h"

namespace vefa::gateway {

// EventFeed over gRPC. Its threads never wait: pages are read in the feed's pool, callers checked in the door's.
class FeedService final : public event::v1::EventFeed::CallbackService {
 public:
  FeedService(FeedCalls& calls, const GrpcDoor& door) : calls_(calls), door_(door) {}

  grpc::ServerBidiReactor<event::v1::SubscribeRequest, event::v1::SubscribeResponse>* Subscribe(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const event::v1::ListEventsRequest* request,
                                       event::v1::ListEventsResponse* response) override;
  grpc::ServerUnaryReactor* GetEvent(grpc::CallbackServerContext* context, const event::v1::GetEventRequest* request,
                                     event::v1::Event* response) override;
  grpc::ServerUnaryReactor* ListSubscriptions(grpc::CallbackServerContext* context,
                                              const event::v1::ListSubscriptionsRequest* request,
                                              event::v1::ListSubscriptionsResponse* response) override;
  grpc::ServerUnaryReactor* CommitSubscription(grpc::CallbackServerContext* context,
                                               const event::v1::CommitSubscriptionRequest* request,
                                               event::v1::Subscription* response) override;
  grpc::ServerUnaryReactor* DeleteSubscription(grpc::CallbackServerContext* context,
                                               const event::v1::DeleteSubscriptionRequest* request,
                                               google::protobuf::Empty* response) override;

 private:
  FeedCalls& calls_;
  const GrpcDoor& door_;
};

}  // namespace vefa::gateway
