#include "services/gateway/feed/feed_service.h"

#include "libs/rpc/status.h"
#include "services/gateway/feed/subscribe_handler.h"

namespace vefa::gateway {
namespace {

// One unary call: checked on a worker, then `handler(caller, deadline, finish)`, which calls `finish` once, at once
// or later.
template <typename Handler>
grpc::ServerUnaryReactor* Serve(const GrpcDoor& door, grpc::CallbackServerContext* context, const char* name,
                                Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const rpc::Door::Method& method = door.door().method(name);
  method.started->Add();
  // Copied with the answer's way, which a span is not.
  auto span = std::make_shared<telemetry::Span>(rpc::Door::BeginSpan(method, *context));
  auto finish = [&door, &method, span, reactor, start = std::chrono::steady_clock::now()](Status status) {
    door.door().Finished(method, *span, start, status);
    telemetry::TraceScope trace(span->trace());
    reactor->Finish(status.ok() ? grpc::Status::OK : rpc::ToGrpc(rpc::Door::Report(std::move(status).error(), method)));
  };
  bool queued = door.pool().TryPost(door.TurnOf(method, *context), [&door, &method, context, span, finish, handler = std::move(handler)] {
    telemetry::TraceScope trace(span->trace());
    auto admitted = door.Admit(method, *context);
    if (!admitted.ok()) return finish(std::move(admitted).error());
    telemetry::NoteTenant(admitted->call.tenant);
    handler(FeedCaller{admitted->call.tenant, admitted->call.principal.subject}, admitted->call.deadline, finish);
  });
  if (!queued) finish(rpc::AtCapacity());
  return reactor;
}

// Puts a result into the response.
template <typename Value, typename Response, typename Finish>
void Answer(Result<Value> result, Response* response, const Finish& finish) {
  if (!result.ok()) return finish(std::move(result).error());
  *response = *std::move(result);
  finish(Ok());
}

}  // namespace

grpc::ServerBidiReactor<event::v1::SubscribeRequest, event::v1::SubscribeResponse>* FeedService::Subscribe(
    grpc::CallbackServerContext* context) {
  return SubscribeHandler::Start(calls_, door_, *context);
}

grpc::ServerUnaryReactor* FeedService::ListEvents(grpc::CallbackServerContext* context,
                                                  const event::v1::ListEventsRequest* request,
                                                  event::v1::ListEventsResponse* response) {
  return Serve(door_, context, "ListEvents",
               [this, request, response](const FeedCaller& caller, Deadline deadline, const auto& finish) {
                 auto opened = calls_.OpenListing(caller, *request, deadline);
                 if (!opened.ok()) return finish(std::move(opened).error());
                 auto listing = std::make_shared<FeedCalls::Listing>(*std::move(opened));
                 FeedPoll::Start(calls_.feed(), *listing->reader, listing->most, listing->until,
                                 [this, listing, response, finish](Result<FeedReader::Page> page) {
                                   if (!page.ok()) return finish(std::move(page).error());
                                   *response = calls_.ToResponse(*listing, *page);
                                   finish(Ok());
                                 });
               });
}

grpc::ServerUnaryReactor* FeedService::GetEvent(grpc::CallbackServerContext* context,
                                                const event::v1::GetEventRequest* request, event::v1::Event* response) {
  return Serve(door_, context, "GetEvent",
               [this, request, response](const FeedCaller& caller, Deadline deadline, const auto& finish) {
                 auto entry = calls_.GetEvent(caller, *request, deadline);
                 if (!entry.ok()) return finish(std::move(entry).error());
                 *response = calls_.ToEvent(caller.tenant, **entry);
                 finish(Ok());
               });
}

grpc::ServerUnaryReactor* FeedService::ListSubscriptions(grpc::CallbackServerContext* context,
                                                         const event::v1::ListSubscriptionsRequest*,
                                                         event::v1::ListSubscriptionsResponse* response) {
  return Serve(door_, context, "ListSubscriptions",
               [this, response](const FeedCaller& caller, Deadline deadline, const auto& finish) {
                 Answer(calls_.ListSubscriptions(caller, deadline), response, finish);
               });
}

grpc::ServerUnaryReactor* FeedService::CommitSubscription(grpc::CallbackServerContext* context,
                                                          const event::v1::CommitSubscriptionRequest* request,
                                                          event::v1::Subscription* response) {
  return Serve(door_, context, "CommitSubscription",
               [this, request, response](const FeedCaller& caller, Deadline deadline, const auto& finish) {
                 Answer(calls_.Commit(caller, *request, deadline), response, finish);
               });
}

grpc::ServerUnaryReactor* FeedService::DeleteSubscription(grpc::CallbackServerContext* context,
                                                          const event::v1::DeleteSubscriptionRequest* request,
                                                          google::protobuf::Empty*) {
  return Serve(door_, context, "DeleteSubscription",
               [this, request](const FeedCaller& caller, Deadline deadline, const auto& finish) {
                 finish(calls_.DeleteSubscription(caller, *request, deadline));
               });
}

}  // namespace vefa::gateway
