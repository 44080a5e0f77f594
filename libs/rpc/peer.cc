#include "libs/rpc/peer.h"

#include "libs/telemetry/trace.h"

namespace vefa::rpc {

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, const Transport& transport) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(
      R"({"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}})");
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(16 << 20);
  bool named = address.starts_with("ipv4:") || address.starts_with("ipv6:") || address.starts_with("dns:");
  return grpc::CreateCustomChannel(named ? address : "dns:///" + address, transport.channel(), arguments);
}

Peer::Peer(const std::string& address, const PrincipalKey& key, std::string self, const Transport& transport)
    : channel_(MakeChannel(address, transport)), key_(key), self_(std::move(self)) {}

void Peer::Prepare(grpc::ClientContext& context, const Uuid& tenant, std::vector<std::string> permissions,
                   Deadline deadline) const {
  context.set_deadline(std::chrono::system_clock::now() + deadline.Left());
  Principal principal;
  principal.tenant = tenant;
  principal.subject = "services/" + self_;
  principal.permissions = std::move(permissions);
  principal.expire_time = PrincipalEnd(SystemClock().Now());
  context.AddMetadata(kPrincipalMetadata, key_.Sign(principal));
  if (telemetry::CurrentTrace().valid())
    context.AddMetadata("traceparent", telemetry::CurrentTrace().Child().traceparent());
}

}  // namespace vefa::rpc
