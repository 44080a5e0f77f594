#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/events/subscriber.h"
#include "libs/operations/operations_service.h"
#include "libs/postgres/database.h"
#include "libs/rpc/ledger_client.h"
#include "services/gateway/feed/feed.h"
#include "services/gateway/feed/feed_calls.h"
#include "services/gateway/feed/feed_service.h"
#include "services/gateway/feed/feed_writer.h"
#include "services/gateway/feed/subscription_store.h"
#include "services/gateway/grpc_service.h"

namespace vefa::gateway {

// What the feed is told.
struct FeedSettings {
  std::string pump;          // Conninfo of the gateway's database, as the `pump` role.
  std::string grpc_address;  // host:port.
  std::string brokers;
  std::vector<std::string> topics;
  std::map<std::string, std::string> ledgers;  // Where holes are healed from: the address of each topic's owner.
  rpc::Transport transport;                    // How those are spoken to.
  std::string consumer = "gateway.feed.v1";
  std::string instance;  // This process' name among its replicas, or empty.
  int days = 7;
  FeedTimes times;
};

// The feed from Kafka to its doors but those of HTTP: the consumer that numbers events, what readers
// share, and EventFeed on the gRPC port. Owned by the gateway.
class FeedParts {
 public:
  FeedParts(const FeedSettings& settings, postgres::Database& database, Callers& callers,
            const rpc::PrincipalKey& key, rpc::TenantDirectory& tenants, telemetry::Metrics& metrics,
            const Clock& clock);

  FeedCalls& calls() { return calls_; }
  // Listens and consumes. UNAVAILABLE `LISTEN_FAILED`.
  Status Start();
  // Streams end at the next look; theirs is a moment, and then Stop cuts the rest.
  void BeginStop() { feed_.BeginStop(); }
  void Stop();
  int grpc_port() const { return server_->port(); }

 private:
  const FeedSettings settings_;
  telemetry::Metrics& metrics_;
  postgres::Database pump_;
  Feed feed_;
  const SubscriptionStore subscriptions_;
  FeedCalls calls_;
  FeedWriter writer_;
  rpc::LedgerClient ledgers_;
  runtime::WorkerPool workers_;
  const GrpcDoor door_;
  FeedService service_;
  const rpc::Door operations_door_;
  operations::OperationsService operations_;
  std::atomic<bool> consuming_{false};  // The subscriber is there.
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<events::Subscriber> subscriber_;  // Last: its thread uses everything above.
};

}  // namespace vefa::gateway
