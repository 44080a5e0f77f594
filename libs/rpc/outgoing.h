#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "libs/telemetry/metrics.h"
#include "libs/telemetry/span.h"

namespace vefa::rpc {

// Measures the calls to one target. Thread-safe; outlives its calls.
class CallMeter {
 public:
  // Measures nothing when there are no metrics.
  CallMeter(telemetry::Metrics* metrics, std::string target) : metrics_(metrics), target_(std::move(target)) {}
  // `method` is a name that stays, such as `vefa.contact.v1.ContactService/GetContact`.
  void Add(std::string_view method, grpc::StatusCode code, double seconds);

 private:
  telemetry::Metrics* const metrics_;
  const std::string target_;
  std::mutex mutex_;
  std::map<std::pair<std::string_view, int>, telemetry::Histogram*> durations_;
};

// One call to another service: a span below what the thread works for, its trace in the call's metadata, and its
// duration from the making of this to End.
class Outgoing {
 public:
  Outgoing(CallMeter& meter, std::string_view method, grpc::ClientContext& context);
  void End(const grpc::Status& status);

 private:
  CallMeter& meter_;
  const std::string_view method_;
  telemetry::Span span_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// `package.Service/Method` as it is measured; the text lives as long as the descriptors.
std::string_view MeasuredName(const google::protobuf::MethodDescriptor& method);
// The same for the method whose request this is; `other` when none of its file is.
std::string_view MeasuredNameOf(const google::protobuf::Descriptor& request);

}  // namespace vefa::rpc
