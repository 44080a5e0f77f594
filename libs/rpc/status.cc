#include "libs/rpc/status.h"

#include <algorithm>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace vefa::rpc {
namespace {

constexpr char kDomain[] = "vefa";
constexpr int64_t kRetryMaxSeconds = 3600;

// Metadata for our own eyes that must not leave the process.
bool IsPrivate(const std::string& key) {
  return key == "detail" || key == "sqlstate" || key == "statement" || key == "constraint" || key == "where";
}

}  // namespace

grpc::Status ToGrpc(const Error& error) {
  std::string message =
      error.code == Code::kInternal ? "Something went wrong on our side; try again, then report the trace." : error.message;
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain(kDomain);
  for (const auto& [key, value] : error.metadata) {
    if (!IsPrivate(key)) (*info.mutable_metadata())[key] = value;
  }
  status.add_details()->PackFrom(info);
  if (!error.violations.empty()) {
    google::rpc::BadRequest request;
    for (const Violation& violation : error.violations) {
      auto* field = request.add_field_violations();
      field->set_field(violation.field);
      field->set_reason(violation.reason);
      field->set_description(violation.description);
    }
    status.add_details()->PackFrom(request);
  }
  if (error.retry_after_ms > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(error.retry_after_ms / 1000);
    retry.mutable_retry_delay()->set_nanos(error.retry_after_ms % 1000 * 1000000);
    status.add_details()->PackFrom(retry);
  }
  return {static_cast<grpc::StatusCode>(error.code), message, status.SerializeAsString()};
}

Error FromGrpc(const grpc::Status& from) {
  Error error{static_cast<Code>(from.error_code()), "", from.error_message()};
  google::rpc::Status status;
  if (!from.error_details().empty() && status.ParseFromString(from.error_details())) {
    for (const auto& detail : status.details()) {
      google::rpc::ErrorInfo info;
      google::rpc::BadRequest request;
      google::rpc::RetryInfo retry;
      if (detail.UnpackTo(&info)) {
        error.reason = info.reason();
        for (const auto& [key, value] : info.metadata()) error.metadata[key] = value;
      } else if (detail.UnpackTo(&request)) {
        for (const auto& field : request.field_violations())
          error.violations.push_back({field.field(), field.reason(), field.description()});
      } else if (detail.UnpackTo(&retry)) {
        error.retry_after_ms =
            static_cast<int>(std::clamp<int64_t>(retry.retry_delay().seconds(), 0, kRetryMaxSeconds) * 1000 + retry.retry_delay().nanos() / 1000000);
      }
    }
  }
  if (error.reason.empty()) error.reason = CodeName(error.code);
  return error;
}

}  // namespace vefa::rpc
