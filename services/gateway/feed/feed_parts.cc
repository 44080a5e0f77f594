#include "services/gateway/feed/feed_parts.h"

namespace vefa::gateway {
namespace {

// The consumer's two threads, the look at the feed's heads, the days, and one to spare.
constexpr int kPumpConnections = 5;
// They check callers and answer what is one row; pages have a pool of their own.
constexpr int kWorkers = 4;
constexpr size_t kCallsWaiting = 512;

}  // namespace

FeedParts::FeedParts(const FeedSettings& settings, postgres::Database& database, Callers& callers,
                     const rpc::PrincipalKey& key, rpc::TenantDirectory& tenants, telemetry::Metrics& metrics,
                     const Clock& clock)
    : settings_(settings),
      metrics_(metrics),
      pump_(settings_.pump, kPumpConnections),
      feed_(database, pump_, key.secret(), settings_.days, clock, metrics),
      subscriptions_(database),
      calls_(feed_, subscriptions_, settings_.times),
      writer_([this] { feed_.Poke(); }, metrics),
      ledgers_(settings_.ledgers, key, "gateway", settings_.transport),
      // Of a session it is not known yet whose it is: all of them stand under one tenant, each with a lane of its own.
      workers_(kWorkers, {.waiting_max = kCallsWaiting, .tenant_max = kCallsWaiting}),
      door_("vefa.event.v1.EventFeed", workers_, callers, key, tenants, metrics, clock),
      service_(calls_, door_),
      operations_door_("vefa.event.v1.EventOperationsService", workers_, key, tenants, metrics, clock),
      operations_(operations_door_, {"gateway", "", settings_.brokers, &pump_, nullptr, [this] {
                                       operations::ConsumerInfo info{settings_.consumer, settings_.topics};
                                       if (consuming_) info.lag_seconds = [this] { return subscriber_->lag_seconds(); };
                                       return std::vector<operations::ConsumerInfo>{info};
                                     }}) {}

Status FeedParts::Start() {
  VEFA_TRY(server_, GrpcServer::Start(settings_.grpc_address, {&service_, &operations_}));
  events::SubscriberSettings subscribing;
  subscribing.instance = settings_.instance;
  if (!settings_.topics.empty())
    subscriber_ = std::make_unique<events::Subscriber>(settings_.consumer, settings_.topics, settings_.brokers, pump_,
                                                       writer_, metrics_, &ledgers_, subscribing);
  consuming_ = subscriber_ != nullptr;
  return Ok();
}

void FeedParts::Stop() {
  feed_.BeginStop();
  if (server_) server_->Stop();
  workers_.Stop();
  if (subscriber_) subscriber_->Stop();
  feed_.Stop();
}

}  // namespace vefa::gateway
