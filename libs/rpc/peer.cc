#include "libs/rpc/peer.h"

#include "libs/telemetry/trace.h"

namespace vefa::rpc {
namespace {

// A principal of ours lives just longer than the longest call it is made for.
constexpr std::chrono::minutes kPrincipalLife(2);

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(16 << 20);
  return grpc::CreateCustomChannel("dns:///" + address, grpc::InsecureChannelCredentials(), arguments);
}

Peer::Peer(const std::string& address, const PrincipalKey& key, std::string self)
    : channel_(MakeChannel(address)), key_(key), self_(std::move(self)) {}

void Peer::Prepare(grpc::ClientContext& context, const Uuid& tenant, std::vector<std::string> permissions,
                   Deadline deadline) const {
  context.set_deadline(std::chrono::system_clock::now() + deadline.Left());
  Principal principal;
  principal.tenant = tenant;
  principal.subject = "services/" + self_;
  principal.permissions = std::move(permissions);
  principal.expire_time = SystemClock().Now() + kPrincipalLife;
  context.AddMetadata(kPrincipalMetadata, key_.Sign(principal));
  if (telemetry::CurrentTrace().valid())
    context.AddMetadata("traceparent", telemetry::CurrentTrace().Child().traceparent());
}

}  // namespace vefa::rpc
