#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/rpc/outgoing.h"
#include "libs/rpc/principal.h"
#include "libs/rpc/status.h"
#include "libs/rpc/transport.h"

namespace vefa::rpc {

// After a time without names or servers a channel waits up to two minutes before it looks again. A call that found
// nobody makes it look now, at most once a second, so that it is back soon after the cause is gone. Thread-safe.
class Redial {
 public:
  explicit Redial(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}
  // How a call of the channel ended.
  void Note(const grpc::Status& status);

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  std::atomic<int64_t> not_before_ms_{0};
};

// One channel to another service and the identity under which we call it. Thread-safe.
class Peer {
 public:
  // `address` is host:port; `self` is our service's name.
  Peer(const std::string& address, const PrincipalKey& key, std::string self, const Transport& transport = Transport());

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Sets deadline and principal (with just these permissions) of a call.
  void Prepare(grpc::ClientContext& context, const Uuid& tenant, std::vector<std::string> permissions,
               Deadline deadline) const;
  // To be told how each call ended.
  void Note(const grpc::Status& status) const { redial_.Note(status); }
  CallMeter& meter() const { return meter_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  mutable Redial redial_;
  const PrincipalKey& key_;
  const std::string self_;
  mutable CallMeter meter_;
};

// A channel with keep-alive and round robin over what the name resolves to. A server that says it is going
// (grpc.health.v1) gets no more calls, while those under way end there. `address` is host:port, or a gRPC name with
// its scheme, such as `ipv4:127.0.0.1:1,127.0.0.1:2`.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, const Transport& transport = Transport());

// One unary call of a peer: Call(peer, stub, &Stub::GetContact, request, tenant, {"contacts.read"}, deadline).
template <typename Stub, typename Request, typename Response>
Result<Response> Call(const Peer& peer, Stub& stub,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, const Uuid& tenant, std::vector<std::string> permissions,
                      Deadline deadline) {
  grpc::ClientContext context;
  peer.Prepare(context, tenant, std::move(permissions), deadline);
  static const std::string_view name = MeasuredNameOf(*Request::descriptor());
  Outgoing call(peer.meter(), name, context);
  Response response;
  grpc::Status status = (stub.*method)(&context, request, &response);
  call.End(status);
  peer.Note(status);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

}  // namespace vefa::rpc
