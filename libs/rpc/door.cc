#include "libs/rpc/door.h"

#include <google/protobuf/descriptor.h>

#include <atomic>

#include "libs/telemetry/log.h"
#include "vefa/options/v1/options.pb.h"

namespace vefa::rpc {
namespace {

// Longest a call may take when its caller named no deadline.
constexpr std::chrono::seconds kLongestCall(30);

// A full disk, no memory, no connection left: callers hear that the database is away, operators what it lacks. Said once
// a second, for then every call meets it.
bool IsWorthSaying(const Error& error) {
  static std::atomic<int64_t> not_before{0};
  auto state = error.metadata.find("sqlstate");
  if (state == error.metadata.end() || !(state->second.starts_with("53") || state->second.starts_with("58"))) return false;
  int64_t now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  return not_before.exchange(now + 1) <= now;
}

std::string_view Metadata(const grpc::CallbackServerContext& context, const char* name) {
  auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

telemetry::Trace TraceOf(const grpc::CallbackServerContext& context) {
  return telemetry::Trace::Parse(Metadata(context, "traceparent"));
}

Error DeadlinePassed() {
  return {Code::kDeadlineExceeded, "DEADLINE_PASSED", "The deadline passed before the call began; allow more time."};
}

Error AtCapacity() {
  Error error{Code::kResourceExhausted, "AT_CAPACITY", "The service is at capacity; try again shortly."};
  error.retry_after_ms = 200;
  return error;
}

Door::Door(const std::string& service, runtime::WorkerPool& pool, const PrincipalKey& key, TenantDirectory& tenants,
           telemetry::Metrics& metrics, const Clock& clock, const SightOf* sight)
    : pool_(pool), key_(key), tenants_(tenants), metrics_(metrics), clock_(clock), sight_(sight) {
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
  VEFA_CHECK(descriptor != nullptr);
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const auto* rpc = descriptor->method(i);
    Method& method = methods_[rpc->name()];
    method.permission = rpc->options().GetExtension(options::v1::permission);
    VEFA_CHECK(!method.permission.empty());
    method.sight = rpc->options().GetExtension(options::v1::sight);
    // What a stream names is not looked at.
    VEFA_CHECK(method.sight != options::v1::SIGHT_NAMED || !(rpc->client_streaming() || rpc->server_streaming()));
    method.full_name = service + "/" + rpc->name();
    const telemetry::Labels labels{{"grpc_method", method.full_name}};
    method.started = &metrics.AddCounter("grpc_server_call_started_total", "Calls started.", labels);
    method.waited =
        &metrics.AddHistogram("vefa_rpc_queue_seconds", "From a call's arrival until a worker takes it.", labels);
  }
}

const Door::Method& Door::method(const std::string& name) const {
  auto found = methods_.find(name);
  VEFA_CHECK(found != methods_.end());
  return found->second;
}

Result<CallContext> Door::Identify(const Method& method, const grpc::CallbackServerContext& context) const {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline() - std::chrono::system_clock::now());
  if (left.count() <= 0) return DeadlinePassed();
  CallContext call;
  call.deadline = Deadline::After(std::min<std::chrono::milliseconds>(left, kLongestCall));
  std::string token(Metadata(context, kPrincipalMetadata));
  if (method.permission == "public" && token.empty()) return call;
  VEFA_TRY(call.principal, key_.Verify(token, clock_.Now()));
  call.tenant = call.principal.tenant;
  if (method.permission != "public" && !call.principal.May(method.permission)) {
    Error error{Code::kPermissionDenied, "PERMISSION_MISSING",
                "This needs the permission " + method.permission + "; ask an administrator for it."};
    error.metadata["permission"] = method.permission;
    return error;
  }
  if (method.permission != "public") VEFA_TRY_OK(CheckSight(call.principal, method.sight));
  return call;
}

Status Door::Admit(const CallContext& call, const grpc::CallbackServerContext& context) const {
  if (context.IsCancelled()) return Error{Code::kCancelled, "CANCELLED", "The caller went away."};
  if (call.deadline.Passed()) return DeadlinePassed();
  return call.tenant.is_nil() ? Ok() : tenants_.Check(call.tenant, call.deadline);
}

Status Door::Look(const Method& method, const CallContext& call, const google::protobuf::Message* request) const {
  if (method.sight != options::v1::SIGHT_NAMED || call.principal.SeesAll()) return Ok();
  if (sight_ == nullptr || request == nullptr) return TooNarrow();
  return sight_->Check(call.principal, *request, call.deadline);
}

telemetry::Span Door::BeginSpan(const Method& method, const grpc::CallbackServerContext& context) {
  telemetry::Span span = telemetry::Span::Begin(telemetry::SpanKind::kServer, TraceOf(context), method.full_name);
  span.Set("rpc.system", "grpc");
  return span;
}

void Door::Finished(const Method& method, telemetry::Span& span, std::chrono::steady_clock::time_point start,
                    const Status& status) const {
  const int code = status.ok() ? 0 : static_cast<int>(status.error().code);
  auto& slot = method.duration[static_cast<size_t>(code)];
  telemetry::Histogram* duration = slot.load(std::memory_order_acquire);
  if (duration == nullptr) {
    // Twice the same one when two calls are the first.
    duration = &metrics_.AddHistogram("grpc_server_call_duration_seconds", "Time from a call's arrival to its answer.",
                                      {{"grpc_method", method.full_name}, {"grpc_status", status.ok() ? "OK" : CodeName(status.error().code)}});
    slot.store(duration, std::memory_order_release);
  }
  duration->Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  span.Set("rpc.grpc.status_code", int64_t{code});
  if (!status.ok()) span.Fail(status.error().reason);
  span.End();
}

Error Door::Report(Error error, const Method& method) {
  bool ours = error.code == Code::kInternal || error.code == Code::kUnknown || error.code == Code::kDataLoss;
  if (ours || IsWorthSaying(error)) {
    auto say = [&error](const char* key) {
      auto found = error.metadata.find(key);
      return found == error.metadata.end() ? std::string() : found->second;
    };
    telemetry::Fault("a call failed on our side", {{"method", method.full_name}, {"reason", error.reason},
                                                   {"error", error.message}, {"statement", say("statement")},
                                                   {"detail", say("detail")}});
  }
  return error;
}

}  // namespace vefa::rpc
