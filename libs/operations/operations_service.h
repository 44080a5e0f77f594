#pragma once

#include "libs/operations/operations.h"
#include "libs/rpc/door.h"
#include "vefa/event/v1/event_operations_service.grpc.pb.h"

namespace vefa::operations {

// What an operator sees and does, offered by every process that relays or consumes. It works on the
// database alone, so it is the same whichever replica answers. Across tenants: its permissions are
// `platform.read` and `platform.operate`.
class OperationsService final : public event::v1::EventOperationsService::CallbackService {
 public:
  OperationsService(const rpc::Door& door, Parts parts) : door_(door), parts_(std::move(parts)) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  Reactor* GetOutbox(Context*, const event::v1::GetOutboxRequest*, event::v1::Outbox*) override;
  Reactor* KickRelay(Context*, const event::v1::KickRelayRequest*, event::v1::Outbox*) override;
  Reactor* RenewIncarnation(Context*, const event::v1::RenewIncarnationRequest*, event::v1::Outbox*) override;
  Reactor* ReplayEvents(Context*, const event::v1::ReplayEventsRequest*, event::v1::ReplayEventsResponse*) override;
  Reactor* ListConsumers(Context*, const event::v1::ListConsumersRequest*, event::v1::ListConsumersResponse*) override;
  Reactor* PauseConsumer(Context*, const event::v1::PauseConsumerRequest*, event::v1::Consumer*) override;
  Reactor* ResumeConsumer(Context*, const event::v1::ResumeConsumerRequest*, event::v1::Consumer*) override;
  Reactor* SeekConsumer(Context*, const event::v1::SeekConsumerRequest*, event::v1::Consumer*) override;
  Reactor* ListParked(Context*, const event::v1::ListParkedRequest*, event::v1::ListParkedResponse*) override;
  Reactor* ReplayParked(Context*, const event::v1::ReplayParkedRequest*, event::v1::ReplayParkedResponse*) override;
  Reactor* SkipParked(Context*, const event::v1::SkipParkedRequest*, event::v1::SkipParkedResponse*) override;
  Reactor* StartProjectionRun(Context*, const event::v1::StartProjectionRunRequest*, event::v1::ProjectionRun*) override;
  Reactor* GetProjectionRun(Context*, const event::v1::GetProjectionRunRequest*, event::v1::ProjectionRun*) override;
  Reactor* ListProjectionRuns(Context*, const event::v1::ListProjectionRunsRequest*,
                              event::v1::ListProjectionRunsResponse*) override;

 private:
  const rpc::Door& door_;
  const Parts parts_;
};

}  // namespace vefa::operations
