#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>
#include <utility>

#include "libs/base/fault_point.h"
#include "libs/rpc/door.h"
#include "libs/rpc/status.h"

namespace vefa::rpc {

// What a caller hears whose call was done and whose answer was then lost.
inline Status LostAnswer() {
  return Error{Code::kUnavailable, "ANSWER_LOST", "The answer was lost; ask again with the same request id."};
}

// Runs one unary call on the pool: `handler(const CallContext&) -> Status`, which fills the
// response it captured. Every RPC goes through here, so admission, deadlines, tracing, metrics and
// the mapping of errors are written once. `method` is the RPC's name, a constant.
template <typename Handler>
grpc::ServerUnaryReactor* Serve(const Door& door, grpc::CallbackServerContext* context, const char* method,
                                Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Door::Method& rpc = door.method(method);
  rpc.started->Add();
  auto start = std::chrono::steady_clock::now();
  bool queued = door.pool().TryPost([&door, &rpc, context, reactor, method, start, handler = std::move(handler)] {
    telemetry::TraceScope trace(TraceOf(*context));
    auto admitted = door.Admit(rpc, *context);
    Status status = admitted.ok() ? handler(*admitted) : Status(std::move(admitted).error());
    if (status.ok() && FaultPoint("rpc.after_commit_before_reply")) status = LostAnswer();
    door.Finished(rpc, method, start, status);
    reactor->Finish(status.ok() ? grpc::Status::OK : ToGrpc(Door::Report(std::move(status).error(), method)));
  });
  if (!queued) {
    Status full = AtCapacity();
    door.Finished(rpc, method, start, full);
    reactor->Finish(ToGrpc(full.error()));
  }
  return reactor;
}

// Runs a bidirectional stream of chunks on the pool: reads one request, answers it, reads the
// next, so at most one chunk of a stream is under way. `handler(const CallContext&, const Request&)
// -> Result<Response>`; an error ends the stream.
template <typename Request, typename Response, typename Handler>
class ChunkStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  ChunkStream(const Door& door, grpc::CallbackServerContext* context, const char* method, Handler handler)
      : door_(door), context_(context), method_(method), rpc_(door.method(method)), handler_(std::move(handler)) {
    rpc_.started->Add();
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(Ok());
    if (!door_.pool().TryPost([this] { Work(); })) End(AtCapacity());
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return End(Error{Code::kCancelled, "CANCELLED", "The caller went away."});
    this->StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  void Work() {
    telemetry::TraceScope trace(TraceOf(*context_));
    // The caller is checked once: a long import may outlive its principal. Each chunk has the time
    // a whole call would have; the stream as a whole has the caller's.
    if (!call_) {
      auto admitted = door_.Admit(rpc_, *context_);
      if (!admitted.ok()) return End(std::move(admitted).error());
      call_ = *std::move(admitted);
    }
    call_->deadline = Deadline::After(kChunkTimeout);
    auto answer = handler_(*call_, request_);
    if (!answer.ok()) return End(std::move(answer).error());
    if (FaultPoint("rpc.after_commit_before_reply")) return End(LostAnswer());
    response_ = *std::move(answer);
    this->StartWrite(&response_);
  }
  void End(Status status) {
    door_.Finished(rpc_, method_, start_, status);
    this->Finish(status.ok() ? grpc::Status::OK : ToGrpc(Door::Report(std::move(status).error(), method_)));
  }

  const Door& door_;
  grpc::CallbackServerContext* context_;
  const char* method_;
  const Door::Method& rpc_;
  Handler handler_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  static constexpr std::chrono::seconds kChunkTimeout{30};
  std::optional<CallContext> call_;
  Request request_;
  Response response_;
};

template <typename Request, typename Response, typename Handler>
grpc::ServerBidiReactor<Request, Response>* ServeChunks(const Door& door, grpc::CallbackServerContext* context,
                                                        const char* method, Handler handler) {
  // gRPC calls OnDone exactly once, where the stream deletes itself.
  return new ChunkStream<Request, Response, Handler>(door, context, method, std::move(handler));
}

}  // namespace vefa::rpc
