#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "libs/base/cancel.h"
#include "libs/base/fault_point.h"
#include "libs/rpc/door.h"
#include "libs/rpc/status.h"

namespace vefa::rpc {

// What a caller hears whose call was done and whose answer was then lost.
inline Status LostAnswer() {
  return Error{Code::kUnavailable, "ANSWER_LOST", "The answer was lost; ask again with the same request id."};
}

// The end of one unary call, given once and from any thread. One that is dropped without is an error of ours.
class Reply {
 public:
  Reply(const Door& door, const Door::Method& rpc, telemetry::Span span, grpc::ServerUnaryReactor* reactor)
      : door_(&door), rpc_(&rpc), span_(std::move(span)), reactor_(reactor) {}
  Reply(Reply&& other) noexcept
      : door_(other.door_),
        rpc_(other.rpc_),
        span_(std::move(other.span_)),
        tenant_(other.tenant_),
        start_(other.start_),
        reactor_(std::exchange(other.reactor_, nullptr)) {}
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (reactor_ != nullptr) Finish(Internal("UNANSWERED", "The call ended without an answer."));
  }

  void Finish(Status status) {
    if (status.ok() && FaultPoint("rpc.after_commit_before_reply")) status = LostAnswer();
    door_->Finished(*rpc_, span_, start_, status);
    grpc::ServerUnaryReactor* reactor = std::exchange(reactor_, nullptr);
    if (status.ok()) return reactor->Finish(grpc::Status::OK);
    // Whoever answers may work for many callers; what is said of this one carries his trace.
    telemetry::TraceScope trace(span_.trace(), tenant_);
    reactor->Finish(ToGrpc(Door::Report(std::move(status).error(), *rpc_)));
  }
  telemetry::Span& span() { return span_; }
  // Whose call it is.
  void NoteTenant(const Uuid& tenant) {
    tenant_ = tenant;
    if (span_.recording()) span_.Set("vefa.tenant", tenant.ToString());
  }
  // Since the call arrived.
  double age_seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  const Door* door_;
  const Door::Method* rpc_;
  telemetry::Span span_;
  Uuid tenant_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  grpc::ServerUnaryReactor* reactor_;
};

// Runs one unary call on the pool: `handler(const CallContext&, Reply)`, which may hand the reply on and return: the
// response belongs to the call until the reply is given. Every RPC goes through here, so admission, deadlines, tracing,
// metrics and the mapping of errors are written once.
// With `Place::kHere` the handler waits for nothing, not even for a lock that is held for long, and runs where the
// call arrived when its tenant is known: a stage has a queue of its own, and the pool would only be a detour.
enum class Place { kPool, kHere };

// Which RPC is served: its name, a constant, and, of one that declares SIGHT_NAMED, what it was asked.
struct Asked {
  Asked(const char* name) : method(name) {}  // NOLINT: a name alone is how most are served.
  Asked(const char* name, const google::protobuf::Message* asked) : method(name), request(asked) {}
  const char* method;
  const google::protobuf::Message* request = nullptr;  // Lives as long as the call.
};

template <typename Handler>
grpc::ServerUnaryReactor* ServeLater(const Door& door, grpc::CallbackServerContext* context, Asked asked, Handler handler,
                                     Place place = Place::kPool) {
  struct Waiting {
    Reply reply;
    CallContext call;
    Handler handler;
  };
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Door::Method& rpc = door.method(asked.method);
  rpc.started->Add();
  Reply reply(door, rpc, Door::BeginSpan(rpc, *context), reactor);
  auto caller = door.Identify(rpc, *context);
  if (!caller.ok()) {
    reply.Finish(std::move(caller).error());
    return reactor;
  }
  reply.NoteTenant(caller->tenant);
  if (place == Place::kHere && door.Admits(*caller)) {
    telemetry::TraceScope trace(reply.span().trace(), caller->tenant);
    rpc.waited->Observe(reply.age_seconds());
    handler(*caller, std::move(reply));
    return reactor;
  }
  // A std::function is copied; a reply is not.
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(reply), *std::move(caller), std::move(handler)});
  bool queued = door.pool().TryPost({waiting->call.tenant, asked.method}, [&door, &rpc, context, waiting, asked] {
    telemetry::TraceScope trace(waiting->reply.span().trace(), waiting->call.tenant);
    const double waited = waiting->reply.age_seconds();
    rpc.waited->Observe(waited);
    waiting->reply.span().Set("vefa.queue_us", static_cast<int64_t>(waited * 1e6));
    Status admitted = door.Admit(waiting->call, *context);
    if (admitted.ok()) admitted = door.Look(rpc, waiting->call, asked.request);
    if (!admitted.ok()) return waiting->reply.Finish(std::move(admitted));
    waiting->handler(waiting->call, std::move(waiting->reply));
  });
  if (!queued) waiting->reply.Finish(AtCapacity());
  return reactor;
}

// The same for a handler that has its answer when it returns: `handler(const CallContext&) -> Status`, which fills
// the response it captured.
template <typename Handler>
grpc::ServerUnaryReactor* Serve(const Door& door, grpc::CallbackServerContext* context, Asked asked, Handler handler) {
  return ServeLater(door, context, asked, [context, handler = std::move(handler)](const CallContext& call, Reply reply) {
    Status status = Ok();
    {
      CancelScope scope([context] { return context->IsCancelled(); });
      status = handler(call);
    }
    // From here on the context may be gone.
    reply.Finish(std::move(status));
  });
}

// Runs a bidirectional stream of chunks on the pool: reads one request, answers it, reads the
// next, so at most one chunk of a stream is under way. `handler(const CallContext&, const Request&)
// -> Result<Response>`; an error ends the stream.
template <typename Request, typename Response, typename Handler>
class ChunkStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  ChunkStream(const Door& door, grpc::CallbackServerContext* context, const char* method, Handler handler)
      : door_(door), context_(context), method_(method), rpc_(door.method(method)), span_(Door::BeginSpan(rpc_, *context)),
        handler_(std::move(handler)) {
    rpc_.started->Add();
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(Ok());
    // The caller is checked once: a long import may outlive its principal. Each chunk has the time
    // a whole call would have; the stream as a whole has the caller's.
    if (!call_) {
      auto caller = door_.Identify(rpc_, *context_);
      if (!caller.ok()) return End(std::move(caller).error());
      call_ = *std::move(caller);
      if (span_.recording()) span_.Set("vefa.tenant", call_->tenant.ToString());
    }
    if (!door_.pool().TryPost({call_->tenant, method_}, [this] { Work(); })) End(AtCapacity());
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return End(Error{Code::kCancelled, "CANCELLED", "The caller went away."});
    this->StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  void Work() {
    telemetry::TraceScope trace(span_.trace(), call_->tenant);
    if (!admitted_) {
      Status admitted = door_.Admit(*call_, *context_);
      if (!admitted.ok()) return End(std::move(admitted));
      admitted_ = true;
    }
    call_->deadline = Deadline::After(kChunkTimeout);
    auto answer = handler_(*call_, request_);
    if (!answer.ok()) return End(std::move(answer).error());
    if (FaultPoint("rpc.after_commit_before_reply")) return End(LostAnswer());
    response_ = *std::move(answer);
    this->StartWrite(&response_);
  }
  void End(Status status) {
    door_.Finished(rpc_, span_, start_, status);
    this->Finish(status.ok() ? grpc::Status::OK : ToGrpc(Door::Report(std::move(status).error(), rpc_)));
  }

  const Door& door_;
  grpc::CallbackServerContext* context_;
  const char* method_;
  const Door::Method& rpc_;
  telemetry::Span span_;
  Handler handler_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  static constexpr std::chrono::seconds kChunkTimeout{30};
  std::optional<CallContext> call_;
  bool admitted_ = false;
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
