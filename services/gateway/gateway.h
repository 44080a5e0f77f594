#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "libs/base/clock.h"
#include "libs/config/environment.h"
#include "libs/http/server.h"
#include "libs/otlp/exporter.h"
#include "libs/postgres/database.h"
#include "libs/postgres/schema.h"
#include "libs/redis/client.h"
#include "libs/rpc/principal.h"
#include "libs/rpc/tenants.h"
#include "libs/service/ops_port.h"
#include "libs/service/settings.h"
#include "libs/telemetry/metrics.h"
#include "services/gateway/api.h"
#include "services/gateway/catalog/catalog_pages.h"
#include "services/gateway/confirmation_pages.h"
#include "services/gateway/console.h"
#include "services/gateway/event_stream.h"
#include "services/gateway/feed/feed_parts.h"
#include "services/gateway/preference_pages.h"
#include "services/gateway/public_pages.h"
#include "services/gateway/sessions.h"
#include "services/gateway/upstream.h"

namespace vefa::gateway {

// What the environment says.
struct Settings : service::CommonSettings {
  std::string http_address;
  std::vector<config::Setting> all;  // As /configz shows them.
  std::string redis_address;
  std::string contact, interaction, campaign, notification;  // Addresses of the services.
  std::string web_root;
  int tenant_calls_per_second = 2000;  // 0: as many as come.
  double local_share = 0.5;            // Of it, that one gateway lets through while Redis is away.
  bool events_volatile = false;
  // What the feed is made of; nothing is consumed where there are none.
  std::vector<std::string> feed_topics{"vefa.contact.v1", "vefa.interaction.v1", "vefa.campaign.v1",
                                       "vefa.notification.v1"};
  std::string feed_consumer = "gateway.feed.v1";
  int feed_days = 7;
  FeedTimes feed_times;
};
// Mistakes stay with the environment.
Settings ReadSettings(config::Environment& environment);

// The gateway's parts in the order they depend on each other. One per process (or test).
class Gateway {
 public:
  // FAILED_PRECONDITION when the descriptors are not what the gateway can serve.
  static Result<std::unique_ptr<Gateway>> Create(Settings settings);

  // Serves HTTP and the ops port. UNAVAILABLE `LISTEN_FAILED`.
  Status Start();
  // Readiness off, requests under way end, streams close, then the rest.
  void Stop();
  uint16_t port() const { return server_->port(); }
  uint16_t ops_port() const { return ops_->port(); }
  int grpc_port() const { return feed_.grpc_port(); }

 private:
  Gateway(Settings settings, RouteTable routes);
  static Settings Measured(Settings settings, telemetry::Metrics& metrics);
  http::Route Choose(const http::Request& head);
  http::Route Guarded(http::Route route) const;
  Status Ready();

  telemetry::Metrics metrics_;
  const Settings settings_;
  const std::unique_ptr<otlp::Exporter> exporter_;  // Null while traces are off.
  const bool https_;
  SystemClock clock_;
  postgres::Database database_;
  postgres::SchemaCheck schema_;
  redis::Client redis_;
  redis::RateLimiter limiter_;
  CallLimits limits_;
  const rpc::PrincipalKey key_;
  rpc::TenantDirectory tenants_;
  SessionEnds ends_;
  Sessions sessions_;
  ApiKeys keys_;
  Callers callers_;
  Upstream contact_, interaction_, campaign_, notification_;
  Upstream self_;  // Our own gRPC port.
  Api api_;
  FeedParts feed_;
  EventStream events_;
  PublicPages pages_;
  PreferencePages preferences_;
  ConfirmationPages confirmations_;
  CatalogPages catalog_;
  Console console_;
  std::atomic<bool> draining_{false};
  std::unique_ptr<service::OpsPort> ops_;
  std::unique_ptr<http::Server> server_;  // Last: its threads use everything above.
};

}  // namespace vefa::gateway
