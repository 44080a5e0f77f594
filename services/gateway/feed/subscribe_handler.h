#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "services/gateway/feed/feed_calls.h"
#include "services/gateway/grpc_service.h"
#include "vefa/event/v1/event_feed_service.pb.h"

namespace vefa::gateway {

// One Subscribe stream. Requests give credit, pages use it: without credit nothing is read, and one page at
// most is under way to the client, so a slow reader holds no memory but its last page. Owns itself until gRPC
// is done with it. Called from gRPC's threads, the door's workers, the feed's pool and the feed's thread; guarded
// by one mutex.
class SubscribeHandler final
    : public grpc::ServerBidiReactor<event::v1::SubscribeRequest, event::v1::SubscribeResponse>,
      public FeedWatcher,
      public std::enable_shared_from_this<SubscribeHandler> {
 public:
  static SubscribeHandler* Start(FeedCalls& calls, const GrpcDoor& door, grpc::CallbackServerContext& context);
  ~SubscribeHandler() override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void OnFeed(bool moved) override;

 private:
  SubscribeHandler(FeedCalls& calls, const GrpcDoor& door, grpc::CallbackServerContext& context);
  // On a worker: deals with the request just read.
  void Handle();
  // Reads the next one, or ends.
  void Handled(Status done);
  Status Open();
  Result<FeedPlace> StartOf(const event::v1::SubscribeRequest& request, Deadline deadline);
  // Credit and commit of any request.
  Status Take(const event::v1::SubscribeRequest& request, Deadline deadline);
  void CheckSession();

  // Does what is to be done next, if anything: writes, waits for the feed, or ends.
  void Advance();
  void OnPage(Result<FeedReader::Page> page);
  void WriteLocked();
  void End(Status status);
  void FinishLocked();

  FeedCalls& calls_;
  const GrpcDoor& door_;
  grpc::CallbackServerContext& context_;
  const rpc::Door::Method& method_;
  const runtime::Turn turn_;
  telemetry::Span span_;  // Of the caller's trace; a stream that lasts for hours is none itself.
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::shared_ptr<SubscribeHandler> self_;

  std::mutex mutex_;
  event::v1::SubscribeRequest request_;
  event::v1::SubscribeResponse response_;
  std::optional<GrpcDoor::Admitted> admitted_;
  StreamLimits::Lease lease_;
  Feed::Watch watch_;
  std::unique_ptr<FeedReader> reader_;
  std::string subscription_;  // Id of the managed subscription; empty without one.
  bool may_rewind_ = false;
  int credit_ = 0;
  std::string committed_;  // To be told in the next response.
  bool polling_ = false;
  bool polls_without_credit_ = false;
  bool nudge_ = false;              // The poll is to end as soon as it is known.
  std::shared_ptr<FeedPoll> poll_;  // Null also while it is being started.
  uint64_t polls_ = 0;
  bool writing_ = false;
  bool handling_ = false;
  bool checking_ = false;
  bool watched_ = false;  // Opened, and told where it begins.
  bool half_closed_ = false;
  bool finished_ = false;
  std::optional<Status> end_;  // Why the stream ends, once its last write is done.
  FeedPlace told_;             // The place the client knows of.
  std::chrono::steady_clock::time_point written_at_, checked_at_;
};

}  // namespace vefa::gateway
