#pragma once

#include <grpcpp/server_builder.h>

#include <chrono>

namespace vefa::rpc {

// What a client may take of a gRPC server, whoever it is. The same for every door of the house.
struct ServerLimits {
  int message_bytes = 4 << 20;
  // Until a connection has spoken TLS and HTTP/2; then it is cut.
  std::chrono::milliseconds handshake{10'000};
  // A connection without a call. Those of the house always have one: they watch our health.
  std::chrono::milliseconds idle{60'000};
  // Then a client is told to connect again: it asks its name anew, and so a new replica gets its share.
  std::chrono::milliseconds age{300'000};
  // What calls under way have after that. As long as the longest stream; a request that never ends has no more.
  std::chrono::milliseconds age_grace{3'600'000};
  // A client that is silent so long is pinged, and cut when it does not answer in time.
  std::chrono::milliseconds ping_after{30'000};
  std::chrono::milliseconds ping_answer{10'000};
  // Calls at once on one connection; the client waits with the next. Zero: no limit but that of the pool.
  int streams = 0;

  void ApplyTo(grpc::ServerBuilder& builder) const;
};

}  // namespace vefa::rpc
