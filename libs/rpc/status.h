#pragma once

#include <grpcpp/support/status.h>

#include "libs/base/result.h"

namespace vefa::rpc {

// The wire form of an error: canonical code, message, and in grpc-status-details-bin a
// google.rpc.Status with ErrorInfo (domain `vefa`), BadRequest and RetryInfo. What a database or
// a library said is not told to a caller: INTERNAL gets a general sentence. Of very many violations the first are told, as
// many as fit into a header; the message counts them all.
grpc::Status ToGrpc(const Error& error);

// The error a peer sent; only its code and message when it carries no details.
Error FromGrpc(const grpc::Status& status);

}  // namespace vefa::rpc
