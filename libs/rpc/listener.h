#pragma once

#include <grpcpp/server_builder.h>

#include <memory>
#include <optional>
#include <string>

#include "libs/base/result.h"
#include "libs/runtime/loop.h"

namespace vefa::rpc {

// The port of a gRPC server. gRPC's own stops to accept for good once the process had no file descriptor left, and has
// no limit; this one keeps some for what the process needs itself, ends at once what comes beyond, and goes on by
// itself. Owned by whoever owns the server; Stop it before the server is shut down.
class Listener {
 public:
  // Listens at host:port; whoever connects waits until Start. UNAVAILABLE `LISTEN_FAILED`, INVALID_ARGUMENT
  // `ADDRESS_SYNTAX`.
  static Result<std::unique_ptr<Listener>> Open(const std::string& address);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Before the server is built.
  void AddTo(grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials);
  // After it was built.
  void Start();
  // Takes no new connection. Idempotent.
  void Stop();

  // Chosen by the system when the address said 0.
  int port() const { return port_; }

 private:
  explicit Listener(int fd) : fd_(fd) {}
  std::chrono::milliseconds Step();
  // False when there is none, or no descriptor for it.
  bool AcceptOne();
  void Shed(int fd);

  const int fd_;
  int port_ = 0;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::chrono::steady_clock::time_point said_{};
  int64_t shed_ = 0;  // Since it was last said.
  std::optional<runtime::Loop> loop_;
};

}  // namespace vefa::rpc
