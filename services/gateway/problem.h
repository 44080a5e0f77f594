#pragma once

#include <string>

#include "libs/base/result.h"
#include "libs/http/message.h"

namespace vefa::gateway {

// The HTTP status of a canonical code, as google.rpc.Code has it.
int HttpStatus(const Error& error);

// `error` as an RFC 9457 problem: {type, title, status, detail, code, reason, violations, traceId,
// retryAfterMs, metadata}. On one line.
std::string ProblemJson(const Error& error, const std::string& trace_id);

// The answer to a request that failed: application/problem+json, Retry-After when there is a hint,
// Allow for a wrong method.
http::Response ProblemResponse(const Error& error, const std::string& trace_id);

// What a caller may see of an error: faults of our side get a general sentence, and what gRPC says
// by itself of a peer that is not there gets one that says what to do.
Error ForCaller(Error error, const std::string& service);

}  // namespace vefa::gateway
