#include "services/gateway/problem.h"

#include <nlohmann/json.hpp>

#include "libs/telemetry/log.h"

namespace vefa::gateway {
namespace {

constexpr int kPeerRetryMs = 1000;

const char* Title(Code code) {
  switch (code) {
    case Code::kCancelled: return "Cancelled";
    case Code::kInvalidArgument: return "The request is not valid";
    case Code::kDeadlineExceeded: return "Not in time";
    case Code::kNotFound: return "Not found";
    case Code::kAlreadyExists: return "Already there";
    case Code::kPermissionDenied: return "Not permitted";
    case Code::kResourceExhausted: return "Too much at once";
    case Code::kFailedPrecondition: return "Not in this state";
    case Code::kAborted: return "In conflict with another change";
    case Code::kOutOfRange: return "Out of range";
    case Code::kUnimplemented: return "Not offered";
    case Code::kUnavailable: return "Not available at the moment";
    case Code::kUnauthenticated: return "Not signed in";
    default: return "Something went wrong";
  }
}

}  // namespace

int HttpStatus(const Error& error) {
  if (error.reason == "METHOD_NOT_ALLOWED") return 405;
  if (error.reason == "CONTENT_TYPE") return 415;
  switch (error.code) {
    case Code::kCancelled: return 499;
    case Code::kInvalidArgument:
    case Code::kFailedPrecondition:
    case Code::kOutOfRange: return 400;
    case Code::kDeadlineExceeded: return 504;
    case Code::kNotFound: return 404;
    case Code::kAlreadyExists:
    case Code::kAborted: return 409;
    case Code::kPermissionDenied: return 403;
    case Code::kUnauthenticated: return 401;
    case Code::kResourceExhausted: return 429;
    case Code::kUnimplemented: return 501;
    case Code::kUnavailable: return 503;
    default: return 500;
  }
}

std::string ProblemJson(const Error& error, const std::string& trace_id) {
  nlohmann::ordered_json problem;
  problem["type"] = "urn:vefa:problem:" + error.reason;
  problem["title"] = Title(error.code);
  problem["status"] = HttpStatus(error);
  problem["detail"] = error.message;
  problem["code"] = CodeName(error.code);
  problem["reason"] = error.reason;
  problem["violations"] = nlohmann::ordered_json::array();
  for (const Violation& violation : error.violations)
    problem["violations"].push_back(
        {{"field", violation.field}, {"reason", violation.reason}, {"description", violation.description}});
  if (!error.metadata.empty()) problem["metadata"] = error.metadata;
  problem["traceId"] = trace_id;
  if (error.retry_after_ms > 0) problem["retryAfterMs"] = error.retry_after_ms;
  // What a caller sent may be quoted in a sentence: bytes that are no UTF-8 are replaced.
  return problem.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

http::Response ProblemResponse(const Error& error, const std::string& trace_id) {
  http::Response response;
  response.status = HttpStatus(error);
  response.headers.Add("Content-Type", "application/problem+json");
  response.headers.Add("Cache-Control", "no-store");
  if (error.retry_after_ms > 0)
    response.headers.Add("Retry-After", std::to_string((error.retry_after_ms + 999) / 1000));
  if (auto allow = error.metadata.find("allow"); response.status == 405 && allow != error.metadata.end())
    response.headers.Add("Allow", allow->second);
  if (error.code == Code::kUnauthenticated) response.headers.Add("WWW-Authenticate", "Bearer realm=\"vefa\"");
  response.body = ProblemJson(error, trace_id);
  return response;
}

Error ForCaller(Error error, const std::string& service) {
  // An error of ours always has a reason other than its code's name: this one is gRPC's own.
  bool bare = error.reason == CodeName(error.code);
  if (error.code == Code::kInternal || error.code == Code::kUnknown || error.code == Code::kDataLoss) {
    Error told{error.code, bare ? "INTERNAL" : error.reason,
               "Something went wrong on our side; try again, and if it stays, report the trace id."};
    return told;
  }
  // The caller's session is fine; it is our signature that a service does not accept (another key,
  // or clocks far apart). Sent on as it is, it would send people to the sign-in page for nothing.
  if (error.code == Code::kUnauthenticated && error.reason.starts_with("PRINCIPAL_")) {
    telemetry::Fault("a service refuses the gateway's principals", {{"service", service}, {"reason", error.reason}});
    return Internal(
        "PRINCIPAL_REFUSED",
        "The " + service + " service does not accept the gateway; an operator must check their keys and clocks.");
  }
  if (bare && error.code == Code::kUnavailable)
    return Unavailable("SERVICE_UNREACHABLE", "The " + service + " service cannot be reached; try again shortly.",
                       kPeerRetryMs);
  if (bare && error.code == Code::kDeadlineExceeded)
    return {Code::kDeadlineExceeded, "DEADLINE_EXCEEDED",
            "The " + service + " service did not answer in time; try again, or allow more time by X-Request-Timeout."};
  // Metadata of the database is for our own logs.
  for (const char* hidden : {"detail", "sqlstate", "statement", "constraint", "where"}) error.metadata.erase(hidden);
  return error;
}

}  // namespace vefa::gateway
