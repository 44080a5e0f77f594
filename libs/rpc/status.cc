#include "libs/rpc/status.h"

#include <algorithm>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace vefa::rpc {
namespace {

constexpr char kDomain[] = "vefa";
constexpr int64_t kRetryMaxSeconds = 3600;
// An error travels in headers, and of more than 8 KiB of those callers learn nothing at all. It goes as base64, its message once
// more as %xx.
constexpr size_t kMessageMax = 500;      // bytes
constexpr size_t kFieldMax = 200;        // bytes: a caller's own key may be in it
constexpr size_t kViolationsMax = 3500;  // bytes of all of them

// Metadata for our own eyes that must not leave the process.
bool IsPrivate(const std::string& key) {
  return key == "detail" || key == "sqlstate" || key == "statement" || key == "constraint" || key == "where";
}

// The beginning of a text, without half a character.
std::string Beginning(const std::string& text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes) + "…";
}

// As many as there is room for, the first ones; the message says how many there are.
google::rpc::BadRequest ToBadRequest(const std::vector<Violation>& violations) {
  google::rpc::BadRequest request;
  size_t bytes = 0;
  for (const Violation& violation : violations) {
    google::rpc::BadRequest::FieldViolation field;
    field.set_field(Beginning(violation.field, kFieldMax));
    field.set_reason(violation.reason);
    field.set_description(Beginning(violation.description, kMessageMax));
    bytes += field.ByteSizeLong();
    if (bytes > kViolationsMax) break;
    *request.add_field_violations() = std::move(field);
  }
  return request;
}

}  // namespace

grpc::Status ToGrpc(const Error& error) {
  const std::string message = error.code == Code::kInternal ? "Something went wrong on our side; try again, then report the trace."
                                                            : Beginning(error.message, kMessageMax);
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
  if (!error.violations.empty()) status.add_details()->PackFrom(ToBadRequest(error.violations));
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
