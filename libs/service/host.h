#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/config/command_line.h"
#include "libs/config/environment.h"
#include "libs/events/projection_worker.h"
#include "libs/events/relay.h"
#include "libs/events/state_publisher.h"
#include "libs/events/state_table.h"
#include "libs/events/subscriber.h"
#include "libs/operations/operations_service.h"
#include "libs/otlp/exporter.h"
#include "libs/postgres/database.h"
#include "libs/postgres/schema.h"
#include "libs/rpc/answer_keeper.h"
#include "libs/rpc/door.h"
#include "libs/rpc/event_log.h"
#include "libs/rpc/ledger_client.h"
#include "libs/rpc/listener.h"
#include "libs/rpc/peer.h"
#include "libs/runtime/signals.h"
#include "libs/service/ops_port.h"
#include "libs/service/settings.h"
#include "libs/telemetry/metrics.h"

namespace vefa::service {

// What every service process is made of: configuration, log, metrics, its two databases, the
// relay of its events, its subscriptions, its gRPC server and its ops port. A service's main
// builds its own parts on it and calls Run. Everything it is given must outlive Run.
class Host {
 public:
  // Reads the environment and prints every mistake in it; exits 2 when there is one, and 0 when the command line asks for
  // something else than serving.
  // `environment` may already have been asked for settings of the service's own.
  Host(events::Source source, config::Environment& environment, const config::CommandLine& command_line);
  ~Host();

  const Clock& clock() const { return clock_; }
  telemetry::Metrics& metrics() { return metrics_; }
  postgres::Database& database() { return *service_database_; }  // As the `service` role.
  postgres::Database& pump() { return *pump_database_; }         // As the `pump` role.
  const rpc::PrincipalKey& key() const { return *key_; }
  // How other services are spoken to.
  const rpc::Transport& transport() const { return transport_; }
  events::Relay& relay() { return *relay_; }
  const std::string& brokers() const { return told_.brokers; }
  // The ledgers of the services whose addresses are set, and our own.
  events::LedgerReader& ledgers() { return *ledgers_; }

  // The door of one gRPC service of this process, by its full proto name.
  const rpc::Door& AddDoor(const std::string& proto_service);
  // Who knows whose a record is, for the doors that are added after it. It outlives Run.
  void SeeBy(const rpc::SightOf& sight) { sight_ = &sight; }
  // A gRPC service to serve.
  void AddService(grpc::Service& service) { services_.push_back(&service); }
  // Events to apply; subscriptions begin in Run and end before anything else does.
  void Subscribe(std::string name, std::vector<std::string> topics, events::Handler& handler);
  // A projection: subscribed like any other consumer, and rebuilt and verified when asked, or from time to time. Its
  // tables were declared by a migration. Before Run.
  void Project(events::ProjectionInfo info, events::Handler& handler);
  // How our events become states: answers GetStateAsOf and fills the state topic, as the projection
  // `<service>.state.v1`. Once, before Run.
  void KeepState(const google::protobuf::Message& prototype, events::Fold fold);
  // How boxes of personal data are opened for GetStateAsOf; only where the keys are. Before Run.
  void OpenBoxes(rpc::OpenBox open) { event_log_->OpenBy(std::move(open)); }
  // The steps of the service's own schema. Without each of them, and those of events, it is not ready. Before Run.
  void NeedSchema(std::vector<postgres::Migration> own);
  // Something to be asked, beside the database, before the service calls itself ready.
  void AddReadiness(std::function<Status()> check) { checks_.push_back(std::move(check)); }
  // Called after the subscriptions ended and before the databases close: stop own threads here.
  void OnStop(std::function<void()> stop) { stops_.push_back(std::move(stop)); }

  // Serves until SIGTERM or SIGINT, then drains: readiness off, gRPC server down, subscriptions,
  // own threads, the relay. What is still in the outbox the next start publishes. Returns the exit code.
  int Run();

 private:
  // A thread inherits what is blocked when it begins, and gRPC begins its first with the first credentials.
  struct StopSignals {
    StopSignals() { runtime::BlockStopSignals(); }
  };
  struct Subscription {
    std::string name;
    std::vector<std::string> topics;
    events::Handler* handler;
    bool projection = false;
  };
  Status StartServers();
  std::vector<operations::ConsumerInfo> Consumers() const;
  Status Ready();

  StopSignals stop_signals_;  // First, before any member that has threads.
  const Settings told_;
  const events::Source source_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  std::unique_ptr<otlp::Exporter> exporter_;  // Null while traces are off.
  std::vector<config::Setting> settings_;
  rpc::Transport transport_;  // As told, and measured.
  std::unique_ptr<rpc::PrincipalKey> key_;
  std::unique_ptr<rpc::LedgerClient> ledgers_;
  std::unique_ptr<postgres::Database> service_database_;
  std::unique_ptr<postgres::Database> pump_database_;
  std::unique_ptr<postgres::SchemaCheck> schema_;
  std::unique_ptr<rpc::TenantDirectory> tenants_;
  std::unique_ptr<runtime::WorkerPool> pool_;
  const rpc::SightOf* sight_ = nullptr;
  std::vector<std::unique_ptr<rpc::Door>> doors_;
  std::unique_ptr<rpc::EventLogService> event_log_;
  std::unique_ptr<operations::OperationsService> operations_;
  std::vector<grpc::Service*> services_;
  std::vector<Subscription> wanted_;
  std::vector<events::Projection> projections_;
  std::vector<std::function<Status()>> checks_;
  std::vector<std::function<void()>> stops_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> subscribed_{false};  // The subscribers are all there.
  std::unique_ptr<events::Relay> relay_;
  std::unique_ptr<rpc::AnswerKeeper> answers_;
  std::unique_ptr<events::StateTable> state_table_;
  std::unique_ptr<events::StatePublisher> state_publisher_;
  std::unique_ptr<rpc::Listener> listener_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<OpsPort> ops_;
  std::unique_ptr<events::ProjectionWorker> projection_worker_;
  std::vector<std::unique_ptr<events::Subscriber>> subscribers_;  // Last: their threads use the rest.
};

}  // namespace vefa::service
