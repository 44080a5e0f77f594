#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/rpc/door.h"
#include "libs/rpc/listener.h"
#include "libs/runtime/worker_pool.h"
#include "services/gateway/caller.h"

namespace vefa::gateway {

// What lets callers of the gateway's own gRPC port in: `authorization: Bearer` with a session's token, as over
// HTTP, or a principal signed by the house, as the services accept it. Thread-safe.
class GrpcDoor {
 public:
  GrpcDoor(const std::string& proto_service, runtime::WorkerPool& pool, Callers& callers,
           const rpc::PrincipalKey& key, rpc::TenantDirectory& tenants, telemetry::Metrics& metrics,
           const Clock& clock);

  struct Admitted {
    rpc::CallContext call;
    std::string token;  // Of the session; empty for a signed principal.
  };
  // Whose turn a call is: a signed principal's, or that of a session, which is looked up on a worker. Nothing is
  // waited for.
  runtime::Turn TurnOf(const rpc::Door::Method& method, const grpc::CallbackServerContext& context) const;
  // Checks the caller; waits, so it runs on a worker. UNAUTHENTICATED `SESSION_MISSING`, `SESSION_EXPIRED`,
  // `PRINCIPAL_MISSING`, …; PERMISSION_DENIED `PERMISSION_MISSING`.
  Result<Admitted> Admit(const rpc::Door::Method& method, const grpc::CallbackServerContext& context) const;
  // Whether the session is still alive. A database that cannot answer ends nothing.
  Status CheckAgain(const rpc::Door::Method& method, const Admitted& admitted) const;

  const rpc::Door& door() const { return door_; }
  runtime::WorkerPool& pool() const { return door_.pool(); }

 private:
  Result<Admitted> AdmitSession(const rpc::Door::Method& method, const std::string& token, Deadline deadline) const;

  const rpc::Door door_;
  Callers& callers_;
};

// The gateway's gRPC port. `services` outlive it.
class GrpcServer {
 public:
  // UNAVAILABLE `LISTEN_FAILED`.
  static Result<std::unique_ptr<GrpcServer>> Start(const std::string& address,
                                                   const std::vector<grpc::Service*>& services);
  ~GrpcServer();
  // Takes no new calls, lets those under way end for a moment, then cancels them.
  void Stop();
  int port() const { return listener_->port(); }

 private:
  GrpcServer(std::unique_ptr<grpc::Server> server, std::unique_ptr<rpc::Listener> listener)
      : listener_(std::move(listener)), server_(std::move(server)) {}
  const std::unique_ptr<rpc::Listener> listener_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace vefa::gateway
