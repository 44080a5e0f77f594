#include "services/gateway/upstream.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "libs/rpc/peer.h"
#include "libs/rpc/principal.h"
#include "libs/rpc/status.h"
#include "libs/telemetry/log.h"
#include "services/gateway/problem.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

// A call that has less time says nothing of the service when it is late.
constexpr std::chrono::milliseconds kPatience(1000);
constexpr int kLeftAloneRetryMs = 2000;

std::string PathOf(const pb::MethodDescriptor& rpc) { return "/" + rpc.service()->full_name() + "/" + rpc.name(); }

grpc::ByteBuffer ToBytes(const pb::Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  grpc::Status status = grpc::SerializationTraits<pb::Message>::Serialize(message, &bytes, &own);
  VEFA_CHECK(status.ok());
  return bytes;
}

bool FromBytes(grpc::ByteBuffer& bytes, pb::Message& message) {
  return grpc::SerializationTraits<pb::Message>::Deserialize(&bytes, &message).ok();
}

void Prepare(grpc::ClientContext& context, const Terms& terms) {
  context.set_deadline(std::chrono::system_clock::now() + terms.deadline.Left());
  if (!terms.principal.empty()) context.AddMetadata(rpc::kPrincipalMetadata, terms.principal);
}

Status ToStatus(const grpc::Status& status, const std::string& service) {
  if (status.ok()) return Ok();
  return ForCaller(rpc::FromGrpc(status), service);
}

}  // namespace

Upstream::Upstream(std::string name, const std::string& address, const rpc::Transport& transport)
    : name_(std::move(name)),
      channel_(rpc::MakeChannel(address, transport)),
      redial_(channel_),
      meter_(transport.metrics(), address),
      stub_(channel_) {
  if (transport.metrics() != nullptr)
    open_ = &transport.metrics()->AddGauge("vefa_breaker_open", "1 while a dependency is left alone after a failure.",
                                           {{"dependency", name_}});
}

Error Upstream::LeftAlone() const {
  return Unavailable("SERVICE_UNREACHABLE", "The " + name_ + " service does not answer in time; try again shortly.",
                     kLeftAloneRetryMs);
}

void Upstream::Judge(const grpc::Status& status, bool patient) {
  bool late = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED && status.error_details().empty();
  // Nobody there: said at once, so it costs no worker, but it is no answer either.
  bool away = status.error_code() == grpc::StatusCode::UNAVAILABLE && status.error_details().empty();
  if (late || away) {
    // Who gave it no time has learnt nothing.
    if (!breaker_.open() && (away || !patient)) return;
    if (breaker_.Failed()) telemetry::Warn("a service is left alone for a moment", {{"service", name_}});
  } else {
    breaker_.Succeeded();
  }
  if (open_ != nullptr) open_->Set(breaker_.open() ? 1 : 0);
}

Status Upstream::Call(const pb::MethodDescriptor& rpc, const pb::Message& request, pb::Message& response,
                      const Terms& terms) {
  if (!breaker_.Allows()) return LeftAlone();
  const bool patient = terms.deadline.Left() >= kPatience;
  grpc::ClientContext context;
  Prepare(context, terms);
  rpc::Outgoing call(meter_, rpc::MeasuredName(rpc), context);
  grpc::ByteBuffer sent = ToBytes(request);
  grpc::ByteBuffer received;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  grpc::Status status;
  stub_.UnaryCall(&context, PathOf(rpc), grpc::StubOptions(), &sent, &received, [&](grpc::Status result) {
    std::lock_guard lock(mutex);
    status = std::move(result);
    done = true;
    changed.notify_one();
  });
  {
    // gRPC ends every call by its deadline.
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
  }
  call.End(status);
  redial_.Note(status);
  Judge(status, patient);
  VEFA_TRY_OK(ToStatus(status, name_));
  if (!FromBytes(received, response)) return Internal("ANSWER_UNREADABLE", "A service's answer could not be read.");
  return Ok();
}

std::unique_ptr<UpstreamStream> Upstream::Open(const pb::MethodDescriptor& rpc, const Terms& terms) {
  auto stream = std::make_unique<UpstreamStream>(name_, terms, meter_, rpc);
  stub_.PrepareBidiStreamingCall(&stream->context_, PathOf(rpc), grpc::StubOptions(), stream.get());
  // The hold keeps the call from ending between the operations of our own threads; Finish lets go.
  stream->AddHold();
  stream->StartCall();
  return stream;
}

UpstreamStream::UpstreamStream(std::string service, const Terms& terms, rpc::CallMeter& meter,
                               const pb::MethodDescriptor& rpc)
    : service_(std::move(service)), call_(meter, rpc::MeasuredName(rpc), context_) {
  Prepare(context_, terms);
}

UpstreamStream::~UpstreamStream() {
  std::lock_guard lock(mutex_);
  VEFA_CHECK(done_);
}

void UpstreamStream::Note(Step& step, bool ok) {
  std::lock_guard lock(mutex_);
  step = ok ? Step::kOk : Step::kFailed;
  changed_.notify_all();
}

bool UpstreamStream::Await(Step& step) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return step != Step::kBusy; });
  return std::exchange(step, Step::kIdle) == Step::kOk;
}

bool UpstreamStream::Write(const pb::Message& message) {
  grpc::ByteBuffer bytes = ToBytes(message);
  {
    std::lock_guard lock(mutex_);
    write_ = Step::kBusy;
  }
  StartWrite(&bytes);
  return Await(write_);
}

void UpstreamStream::WritesDone() { StartWritesDone(); }

bool UpstreamStream::Read(pb::Message& message) {
  grpc::ByteBuffer bytes;
  {
    std::lock_guard lock(mutex_);
    read_ = Step::kBusy;
  }
  StartRead(&bytes);
  return Await(read_) && FromBytes(bytes, message);
}

void UpstreamStream::OnDone(const grpc::Status& status) {
  std::lock_guard lock(mutex_);
  status_ = status;
  done_ = true;
  changed_.notify_all();
}

Status UpstreamStream::Finish() {
  RemoveHold();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_; });
  call_.End(status_);
  return ToStatus(status_, service_);
}

}  // namespace vefa::gateway
