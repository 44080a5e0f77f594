#include "libs/service/host.h"

#include <cstdlib>
#include <thread>

#include "libs/events/catalog.h"
#include "libs/rpc/server_limits.h"
#include "libs/runtime/signals.h"
#include "libs/telemetry/log.h"

std::vector<vefa::postgres::Migration> vefa_events_migrations();

namespace vefa::service {
namespace {

// Calls waiting per worker before new ones are refused.
constexpr size_t kQueuePerWorker = 32;
// Longer, and a call is better refused while its caller can still ask another replica.
constexpr std::chrono::milliseconds kQueueWait(200);
// Relay, subscriptions and the threads a service adds share the pump's connections.
constexpr int kPumpConnections = 8;
constexpr std::chrono::seconds kDrainTimeout(10);
constexpr std::chrono::seconds kReadyTimeout(2);

// What `ce_dataschema` of our events says: where the gateway serves the schema, by its content.
events::Source WithSchemaUri(events::Source source, const std::string& base) {
  if (!base.empty() && source.catalog != nullptr)
    source.schema_uri = base + "/schemas/" + source.data_schema + "@" + source.catalog->schema_hash();
  return source;
}

// The program ends here when its command line asks for something else than serving, or its settings are wrong.
Settings ReadAll(config::Environment& environment, const config::CommandLine& command_line, const events::Source& source) {
  Settings settings = ReadSettings(environment, source);
  environment.RefuseUnknown();
  if (auto code = command_line.Answer("vefa-" + source.service, VEFA_VERSION)) std::exit(*code);
  return settings;
}

}  // namespace

Host::Host(events::Source source, config::Environment& environment, const config::CommandLine& command_line)
    : told_(ReadAll(environment, command_line, source)), source_(WithSchemaUri(std::move(source), told_.public_url)) {
  telemetry::StartLog(source_.service, telemetry::ParseLevel(told_.log_level));
  transport_ = told_.transport;
  transport_.MeasureBy(metrics_);
  key_ = std::make_unique<rpc::PrincipalKey>(told_.principal_key);
  ledgers_ = std::make_unique<rpc::LedgerClient>(told_.ledgers, *key_, source_.service, transport_);
  service_database_ = std::make_unique<postgres::Database>(told_.postgres, told_.workers + 1);
  pump_database_ = std::make_unique<postgres::Database>(told_.postgres_pump, kPumpConnections);
  settings_ = environment.settings();
  exporter_ = otlp::Exporter::Start(told_.traces, metrics_);
  tenants_ = std::make_unique<rpc::TenantDirectory>(*service_database_);
  const size_t waiting_max = kQueuePerWorker * static_cast<size_t>(told_.workers);
  pool_ = std::make_unique<runtime::WorkerPool>(
      told_.workers, runtime::QueueLimits{.waiting_max = waiting_max, .tenant_max = waiting_max / 2, .wait_max = kQueueWait});
  relay_ = std::make_unique<events::Relay>(*pump_database_, told_.brokers, source_, metrics_, told_.relay);
  answers_ = std::make_unique<rpc::AnswerKeeper>(*pump_database_, told_.keep_answers, metrics_);
  metrics_.AddGauge("vefa_build_info", "Always 1; the version is a label.", {{"version", VEFA_VERSION}}).Set(1);
  event_log_ = std::make_unique<rpc::EventLogService>(AddDoor("vefa.event.v1.EventLogService"), *service_database_, source_,
                                                       key_->secret());
  AddService(*event_log_);
  operations_ = std::make_unique<operations::OperationsService>(
      AddDoor("vefa.event.v1.EventOperationsService"),
      operations::Parts{source_.service, source_.topic, told_.brokers, pump_database_.get(), relay_.get(),
                        [this] { return Consumers(); }});
  AddService(*operations_);
}

Host::~Host() = default;

const rpc::Door& Host::AddDoor(const std::string& proto_service) {
  doors_.push_back(std::make_unique<rpc::Door>(proto_service, *pool_, *key_, *tenants_, metrics_, clock_, sight_));
  return *doors_.back();
}

void Host::Subscribe(std::string name, std::vector<std::string> topics, events::Handler& handler) {
  wanted_.push_back({std::move(name), std::move(topics), &handler, false});
}

void Host::Project(events::ProjectionInfo info, events::Handler& handler) {
  wanted_.push_back({info.consumer, info.topics, &handler, true});
  projections_.push_back({std::move(info), &handler});
}

std::vector<operations::ConsumerInfo> Host::Consumers() const {
  std::vector<operations::ConsumerInfo> infos;
  for (size_t i = 0; i < wanted_.size(); ++i) {
    infos.push_back({wanted_[i].name, wanted_[i].topics, wanted_[i].projection});
    if (subscribed_)
      infos.back().lag_seconds = [subscriber = subscribers_[i].get()] { return subscriber->lag_seconds(); };
  }
  return infos;
}

void Host::KeepState(const google::protobuf::Message& prototype, events::Fold fold) {
  VEFA_CHECK(state_table_ == nullptr);
  event_log_->FoldBy({&prototype, fold});
  state_table_ = std::make_unique<events::StateTable>(prototype, std::move(fold), [this] { state_publisher_->Wake(); });
  Project(events::StateTable::Info(source_), *state_table_);
}

void Host::NeedSchema(std::vector<postgres::Migration> own) {
  std::vector<postgres::Migration> all = vefa_events_migrations();
  all.insert(all.end(), own.begin(), own.end());
  schema_ = std::make_unique<postgres::SchemaCheck>(*service_database_, std::move(all));
}

Status Host::Ready() {
  if (draining_) return Unavailable("DRAINING", "The service is stopping.");
  VEFA_TRY_OK(service_database_->Ping(Deadline::After(kReadyTimeout)));
  if (schema_ != nullptr) VEFA_TRY_OK(schema_->Ready(Deadline::After(kReadyTimeout)));
  for (const auto& check : checks_) VEFA_TRY_OK(check());
  return Ok();
}

Status Host::StartServers() {
  VEFA_TRY(ops_, OpsPort::Start(told_.ops_address, {source_.service, [this] { return Ready(); }, &metrics_, settings_}));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  VEFA_TRY(listener_, rpc::Listener::Open(told_.grpc_address));
  listener_->AddTo(builder, transport_.server());
  rpc::ServerLimits limits;
  limits.age = told_.connection_age;
  limits.ApplyTo(builder);
  for (grpc::Service* service : services_) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return Internal("SERVER_FAILED", "The gRPC server does not start; the log says why.");
  listener_->Start();
  return Ok();
}

int Host::Run() {
  Status started = StartServers();
  if (!started.ok()) {
    telemetry::Fault("cannot start", {{"reason", started.error().reason}, {"error", started.error().message}});
    return 1;
  }
  if (state_table_ != nullptr)
    state_publisher_ = std::make_unique<events::StatePublisher>(
        *pump_database_, told_.brokers, source_, source_.catalog->state_topic(), clock_, metrics_);
  events::SubscriberSettings settings;
  settings.instance = told_.instance;
  for (const Subscription& wanted : wanted_)
    subscribers_.push_back(std::make_unique<events::Subscriber>(wanted.name, wanted.topics, told_.brokers, *pump_database_,
                                                                *wanted.handler, metrics_, ledgers_.get(), settings));
  subscribed_ = true;
  if (!projections_.empty())
    projection_worker_ = std::make_unique<events::ProjectionWorker>(*pump_database_, projections_, ledgers_.get(),
                                                                    told_.brokers, told_.verify_every, clock_, metrics_);
  telemetry::Info("serving", {{"grpc", told_.grpc_address}, {"ops", told_.ops_address}, {"version", VEFA_VERSION}});
  runtime::WaitForStopSignal();
  telemetry::Info("draining");
  draining_ = true;
  server_->GetHealthCheckService()->SetServingStatus(false);
  // Whoever watches our health, or the endpoints that follow our readiness, calls elsewhere by then.
  std::this_thread::sleep_for(told_.drain_notice);
  listener_->Stop();
  server_->Shutdown(std::chrono::system_clock::now() + kDrainTimeout);
  pool_->Stop();
  if (projection_worker_ != nullptr) projection_worker_->Stop();
  for (auto& subscriber : subscribers_) subscriber->Stop();
  if (state_publisher_ != nullptr) state_publisher_->Stop();
  for (const auto& stop : stops_) stop();
  answers_->Stop();
  relay_->Stop();
  if (exporter_ != nullptr) exporter_->Stop();
  ops_->Stop();
  telemetry::Info("stopped");
  return 0;
}

}  // namespace vefa::service
