#include "libs/rpc/outgoing.h"

#include <memory>

#include "libs/rpc/status.h"

namespace vefa::rpc {

void CallMeter::Add(std::string_view method, grpc::StatusCode code, double seconds) {
  if (metrics_ == nullptr) return;
  telemetry::Histogram* duration = nullptr;
  {
    std::lock_guard lock(mutex_);
    telemetry::Histogram*& slot = durations_[{method, code}];
    if (slot == nullptr)
      slot = &metrics_->AddHistogram("grpc_client_attempt_duration_seconds", "Time of one attempt of a call to another service.",
                                     {{"grpc_method", std::string(method)},
                                      {"grpc_target", target_},
                                      {"grpc_status", code == grpc::OK ? "OK" : CodeName(static_cast<Code>(code))}});
    duration = slot;
  }
  duration->Observe(seconds);
}

Outgoing::Outgoing(CallMeter& meter, std::string_view method, grpc::ClientContext& context)
    : meter_(meter), method_(method), span_(telemetry::Span::Child(telemetry::SpanKind::kClient, method)) {
  span_.Set("rpc.system", "grpc");
  if (span_.trace().valid()) context.AddMetadata("traceparent", span_.trace().traceparent());
}

void Outgoing::End(const grpc::Status& status) {
  meter_.Add(method_, status.error_code(), std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
  span_.Set("rpc.grpc.status_code", static_cast<int64_t>(status.error_code()));
  if (span_.recording() && !status.ok()) span_.Fail(FromGrpc(status).reason);
  span_.End();
}

std::string_view MeasuredName(const google::protobuf::MethodDescriptor& method) {
  // Descriptors live as long as the process, and so do these names: one for each method that is called.
  static std::mutex mutex;
  static std::map<const google::protobuf::MethodDescriptor*, std::string> names;
  std::lock_guard lock(mutex);
  std::string& name = names[&method];
  if (name.empty()) name = method.service()->full_name() + "/" + method.name();
  return name;
}

std::string_view MeasuredNameOf(const google::protobuf::Descriptor& request) {
  for (int s = 0; s < request.file()->service_count(); ++s) {
    const auto* service = request.file()->service(s);
    for (int m = 0; m < service->method_count(); ++m)
      if (service->method(m)->input_type() == &request) return MeasuredName(*service->method(m));
  }
  return "other";
}

}  // namespace vefa::rpc
