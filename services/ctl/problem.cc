#include "services/ctl/problem.h"

namespace vefa::ctl {
namespace {

Code CodeFrom(const std::string& name, int status) {
  for (int code = static_cast<int>(Code::kCancelled); code <= static_cast<int>(Code::kUnauthenticated); ++code) {
    if (name == CodeName(static_cast<Code>(code))) return static_cast<Code>(code);
  }
  return status == 502 || status == 503 || status == 504 ? Code::kUnavailable : Code::kUnknown;
}

}  // namespace

Error ErrorFromProblem(const Json& problem) {
  int status = static_cast<int>(IntegerOf(problem, "status"));
  Error error{CodeFrom(TextOf(problem, "code"), status), TextOf(problem, "reason"), TextOf(problem, "detail")};
  error.retry_after_ms = static_cast<int>(IntegerOf(problem, "retryAfterMs"));
  if (std::string trace = TextOf(problem, "traceId"); !trace.empty()) error.metadata["trace_id"] = trace;
  const Json& metadata = MemberOf(problem, "metadata");
  if (metadata.is_object()) {
    for (const auto& [key, value] : metadata.items()) {
      if (value.is_string()) error.metadata[key] = value.get<std::string>();
    }
  }
  const Json& violations = MemberOf(problem, "violations");
  if (violations.is_array()) {
    for (const Json& one : violations)
      error.violations.push_back({TextOf(one, "field"), TextOf(one, "reason"), TextOf(one, "description")});
  }
  return error;
}

Error ErrorFromProblem(int status, const std::string& body) {
  Json problem = Json::parse(body, nullptr, false);
  if (!problem.is_discarded() && !TextOf(problem, "reason").empty()) return ErrorFromProblem(problem);
  return {CodeFrom("", status), "HTTP_" + std::to_string(status),
          "The server answered " + std::to_string(status) + " and no reason; is VEFA_URL a Vefa gateway?"};
}

}  // namespace vefa::ctl
