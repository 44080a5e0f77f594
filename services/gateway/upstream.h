#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "libs/base/breaker.h"
#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/rpc/outgoing.h"
#include "libs/rpc/peer.h"

namespace vefa::gateway {

class UpstreamStream;

// How a call is made: for whom and until when.
struct Terms {
  std::string principal;  // Signed; empty for a public call.
  Deadline deadline = Deadline::Never();
};

// One service behind the gateway, called by descriptors only. One that answers nobody in time is left alone for some
// seconds: otherwise all of the gateway's workers would soon wait for it, and the others could not be reached either.
// Thread-safe.
class Upstream {
 public:
  // `address` is host:port of its gRPC server.
  Upstream(std::string name, const std::string& address, const rpc::Transport& transport = rpc::Transport());

  const std::string& name() const { return name_; }
  // A unary call; waits for the answer.
  Status Call(const google::protobuf::MethodDescriptor& rpc, const google::protobuf::Message& request,
              google::protobuf::Message& response, const Terms& terms);
  // Starts a bidirectional stream.
  std::unique_ptr<UpstreamStream> Open(const google::protobuf::MethodDescriptor& rpc, const Terms& terms);

 private:
  Error LeftAlone() const;
  void Judge(const grpc::Status& status, bool patient);

  const std::string name_;
  Breaker breaker_{{.failures_max = 8}};
  telemetry::Gauge* open_ = nullptr;
  const std::shared_ptr<grpc::Channel> channel_;
  rpc::Redial redial_;
  rpc::CallMeter meter_;
  grpc::GenericStub stub_;
};

// One bidirectional stream: one thread writes while another reads. Each call waits until gRPC has
// done its part; the stream's deadline bounds them all. Must be drained by Read until it says the
// end, then Finish.
class UpstreamStream final : private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  UpstreamStream(std::string service, const Terms& terms, rpc::CallMeter& meter,
                 const google::protobuf::MethodDescriptor& rpc);
  ~UpstreamStream() override;

  // False when the stream is over: what became of it is for Finish to say.
  bool Write(const google::protobuf::Message& message);
  void WritesDone();
  // False at the end of the answers.
  bool Read(google::protobuf::Message& message);
  // Why the stream ended; waits for it.
  Status Finish();
  // Ends the stream from our side. Any thread.
  void Cancel() { context_.TryCancel(); }

 private:
  friend class Upstream;
  enum class Step { kIdle, kBusy, kOk, kFailed };
  void OnReadDone(bool ok) override { Note(read_, ok); }
  void OnWriteDone(bool ok) override { Note(write_, ok); }
  void OnDone(const grpc::Status& status) override;
  void Note(Step& step, bool ok);
  bool Await(Step& step);

  const std::string service_;
  grpc::ClientContext context_;
  rpc::Outgoing call_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Step read_ = Step::kIdle;
  Step write_ = Step::kIdle;
  bool done_ = false;
  grpc::Status status_;
};

}  // namespace vefa::gateway
