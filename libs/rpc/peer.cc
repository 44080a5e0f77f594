#include "libs/rpc/peer.h"

#include "libs/rpc/retries.h"

namespace vefa::rpc {
namespace {

constexpr int64_t kRedialEveryMs = 1000;
constexpr int kConnectTimeoutMs = 3000;
// A name server that is silent is given up after this, and a name is asked again at most so often.
constexpr int kNameTimeoutMs = 3000;
constexpr int kNameEveryMs = 1000;

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, const Transport& transport) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ChannelConfig());
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  // What an attempt to connect may take, in spite of its name: a busy server's greeting and TLS over a long way included.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_DNS_ARES_QUERY_TIMEOUT_MS, kNameTimeoutMs);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, kNameEveryMs);
  arguments.SetMaxReceiveMessageSize(16 << 20);
  bool named = address.starts_with("ipv4:") || address.starts_with("ipv6:") || address.starts_with("dns:");
  return grpc::CreateCustomChannel(named ? address : "dns:///" + address, transport.channel(), arguments);
}

void Redial::Note(const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE && status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED) return;
  int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  int64_t not_before = not_before_ms_;
  if (now < not_before || !not_before_ms_.compare_exchange_strong(not_before, now + kRedialEveryMs)) return;
  grpc::experimental::ChannelResetConnectionBackoff(channel_.get());
}

Peer::Peer(const std::string& address, const PrincipalKey& key, std::string self, const Transport& transport)
    : channel_(MakeChannel(address, transport)), redial_(channel_), key_(key), self_(std::move(self)), meter_(transport.metrics(), address) {}

void Peer::Prepare(grpc::ClientContext& context, const Uuid& tenant, std::vector<std::string> permissions,
                   Deadline deadline) const {
  context.set_deadline(std::chrono::system_clock::now() + deadline.Left());
  Principal principal;
  principal.tenant = tenant;
  principal.subject = "services/" + self_;
  principal.permissions = std::move(permissions);
  principal.expire_time = PrincipalEnd(SystemClock().Now());
  context.AddMetadata(kPrincipalMetadata, key_.Sign(principal));
}

}  // namespace vefa::rpc
