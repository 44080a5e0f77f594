#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "libs/rpc/serve.h"

namespace vefa::rpc {

// What answers one request with many messages, some at a time: `Next(Deadline)` gives the next ones, none at the end. Called
// by one thread at a time.
template <typename Response>
class AnswerSource {
 public:
  virtual ~AnswerSource() = default;
  virtual Result<std::vector<Response>> Next(Deadline deadline) = 0;
};

// Runs a stream of one request and many answers on the pool. `open(const CallContext&, const Request&) ->
// Result<std::unique_ptr<AnswerSource<Response>>>`. What is made ahead of the reader is what one Next gave; a worker is held only
// while it is made. The method is bidirectional, as the gateway transcodes streams; further requests are not read.
template <typename Request, typename Response, typename Open>
class OutStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  OutStream(const Door& door, grpc::CallbackServerContext* context, const char* method, Open open)
      : door_(door), context_(context), method_(method), rpc_(door.method(method)), span_(Door::BeginSpan(rpc_, *context)),
        open_(std::move(open)) {
    rpc_.started->Add();
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    auto caller = door_.Identify(rpc_, *context_);
    if (!caller.ok()) return End(std::move(caller).error());
    call_ = *std::move(caller);
    if (!ok) return End(InvalidArgument("REQUEST_MISSING", "Send one request, then read."));
    if (span_.recording()) span_.Set("vefa.tenant", call_->tenant.ToString());
    Later();
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return End(Error{Code::kCancelled, "CANCELLED", "The caller went away."});
    if (++written_ < answers_.size()) return this->StartWrite(&answers_[written_]);
    Later();
  }
  void OnDone() override { delete this; }

 private:
  void Later() {
    if (!door_.pool().TryPost({call_->tenant, method_}, [this] { Work(); })) End(AtCapacity());
  }
  void Work() {
    telemetry::TraceScope trace(span_.trace(), call_->tenant);
    call_->deadline = Deadline::After(kStepTimeout);
    if (!source_) {
      Status admitted = door_.Admit(*call_, *context_);
      if (!admitted.ok()) return End(std::move(admitted));
      auto source = open_(*call_, request_);
      if (!source.ok()) return End(std::move(source).error());
      source_ = *std::move(source);
    }
    auto answers = source_->Next(call_->deadline);
    if (!answers.ok()) return End(std::move(answers).error());
    answers_ = *std::move(answers);
    written_ = 0;
    if (answers_.empty()) return End(Ok());
    this->StartWrite(&answers_.front());
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
  Open open_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  static constexpr std::chrono::seconds kStepTimeout{30};
  std::optional<CallContext> call_;
  std::unique_ptr<AnswerSource<Response>> source_;
  Request request_;
  std::vector<Response> answers_;
  size_t written_ = 0;
};

template <typename Request, typename Response, typename Open>
grpc::ServerBidiReactor<Request, Response>* ServeAnswers(const Door& door, grpc::CallbackServerContext* context,
                                                         const char* method, Open open) {
  // gRPC calls OnDone exactly once, where the stream deletes itself.
  return new OutStream<Request, Response, Open>(door, context, method, std::move(open));
}

}  // namespace vefa::rpc
