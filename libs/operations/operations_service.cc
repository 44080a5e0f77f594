#include "libs/operations/operations_service.h"

#include "libs/events/projection_runs.h"
#include "libs/operations/consumer_operations.h"
#include "libs/operations/outbox_operations.h"
#include "libs/operations/parked_operations.h"
#include "libs/operations/run_operations.h"
#include "libs/rpc/serve.h"

namespace vefa::operations {

using rpc::CallContext;
using rpc::Serve;

grpc::ServerUnaryReactor* OperationsService::GetOutbox(Context* context, const event::v1::GetOutboxRequest*, event::v1::Outbox* response) {
  return Serve(door_, context, "GetOutbox",
               [=, this](const CallContext& call) { return ReadOutbox(parts_, call.deadline, *response); });
}

grpc::ServerUnaryReactor* OperationsService::KickRelay(Context* context, const event::v1::KickRelayRequest*, event::v1::Outbox* response) {
  return Serve(door_, context, "KickRelay", [=, this](const CallContext& call) {
    if (parts_.relay != nullptr) parts_.relay->Wake();
    return ReadOutbox(parts_, call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::RenewIncarnation(Context* context, const event::v1::RenewIncarnationRequest*,
                                                              event::v1::Outbox* response) {
  return Serve(door_, context, "RenewIncarnation", [=, this](const CallContext& call) -> Status {
    VEFA_TRY_OK(operations::RenewIncarnation(parts_, call.deadline));
    return ReadOutbox(parts_, call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::ReplayEvents(Context* context, const event::v1::ReplayEventsRequest* request,
                                                          event::v1::ReplayEventsResponse* response) {
  return Serve(door_, context, "ReplayEvents",
               [=, this](const CallContext& call) { return Replay(parts_, *request, call.deadline, *response); });
}

grpc::ServerUnaryReactor* OperationsService::ListConsumers(Context* context, const event::v1::ListConsumersRequest*,
                                                           event::v1::ListConsumersResponse* response) {
  return Serve(door_, context, "ListConsumers", [=, this](const CallContext& call) {
    return operations::ListConsumers(parts_, call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::PauseConsumer(Context* context, const event::v1::PauseConsumerRequest* request,
                                                           event::v1::Consumer* response) {
  return Serve(door_, context, "PauseConsumer", [=, this](const CallContext& call) -> Status {
    VEFA_TRY_OK(SetPaused(parts_, request->consumer(), true, call.deadline));
    return FindConsumer(parts_, request->consumer(), call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::ResumeConsumer(Context* context, const event::v1::ResumeConsumerRequest* request,
                                                            event::v1::Consumer* response) {
  return Serve(door_, context, "ResumeConsumer", [=, this](const CallContext& call) -> Status {
    VEFA_TRY_OK(SetPaused(parts_, request->consumer(), false, call.deadline));
    return FindConsumer(parts_, request->consumer(), call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::SeekConsumer(Context* context, const event::v1::SeekConsumerRequest* request,
                                                          event::v1::Consumer* response) {
  return Serve(door_, context, "SeekConsumer", [=, this](const CallContext& call) -> Status {
    VEFA_TRY_OK(Seek(parts_, *request, call.deadline));
    return FindConsumer(parts_, request->consumer(), call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::ListParked(Context* context, const event::v1::ListParkedRequest* request,
                                                        event::v1::ListParkedResponse* response) {
  return Serve(door_, context, "ListParked", [=, this](const CallContext& call) {
    return operations::ListParked(parts_, *request, call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::ReplayParked(Context* context, const event::v1::ReplayParkedRequest* request,
                                                          event::v1::ReplayParkedResponse* response) {
  return Serve(door_, context, "ReplayParked", [=, this](const CallContext& call) {
    return operations::ReplayParked(parts_, *request, call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::SkipParked(Context* context, const event::v1::SkipParkedRequest* request,
                                                        event::v1::SkipParkedResponse* response) {
  return Serve(door_, context, "SkipParked", [=, this](const CallContext& call) {
    return operations::SkipParked(parts_, *request, call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::StartProjectionRun(Context* context,
                                                                const event::v1::StartProjectionRunRequest* request,
                                                                event::v1::ProjectionRun* response) {
  return Serve(door_, context, "StartProjectionRun", [=, this](const CallContext& call) {
    return StartRun(parts_, request->run(), call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::GetProjectionRun(Context* context, const event::v1::GetProjectionRunRequest* request,
                                                              event::v1::ProjectionRun* response) {
  return Serve(door_, context, "GetProjectionRun", [=, this](const CallContext& call) {
    return ReadRun(parts_, request->id(), call.deadline, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::ListProjectionRuns(Context* context, const event::v1::ListProjectionRunsRequest*,
                                                                event::v1::ListProjectionRunsResponse* response) {
  return Serve(door_, context, "ListProjectionRuns",
               [=, this](const CallContext& call) { return ReadRuns(parts_, call.deadline, *response); });
}

}  // namespace vefa::operations
