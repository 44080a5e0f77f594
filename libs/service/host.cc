#include "libs/service/host.h"

#include <cstdlib>
#include <thread>

#include "libs/events/catalog.h"
#include "libs/rpc/server_limits.h"
#include "libs/runtime/signals.h"
#include "libs/telemetry/log.h"

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

// Where the ledger of each topic can be read: VEFA_CONTACT_ADDRESS and the like, each optional. Our own
// is read by our own door unless another address of it is set.
std::map<std::string, std::string> LedgerAddresses(config::Environment& environment, const events::Source& self,
                                                   const std::string& own_address) {
  std::map<std::string, std::string> addresses{{self.topic, own_address}};
  for (const char* name : {"CONTACT", "INTERACTION", "CAMPAIGN", "NOTIFICATION"}) {
    std::string address = environment.Get(std::string("VEFA_") + name + "_ADDRESS", "");
    std::string service = name;
    for (char& letter : service) letter = static_cast<char>(letter - 'A' + 'a');
    if (!address.empty()) addresses["vefa." + service + ".v1"] = address;
  }
  return addresses;
}

// What `ce_dataschema` of our events says: where the gateway serves the schema, by its content.
events::Source WithSchemaUri(events::Source source, config::Environment& environment) {
  std::string base = environment.Get("VEFA_PUBLIC_URL", "");
  if (!base.empty() && source.catalog != nullptr)
    source.schema_uri = base + "/schemas/" + source.data_schema + "@" + source.catalog->schema_hash();
  return source;
}

events::RelayOptions RelaySettings(config::Environment& environment) {
  events::RelayOptions options;
  options.leases = environment.Get("VEFA_RELAY_LEASES", "on") != "off";
  options.partitions = environment.GetInt("VEFA_TOPIC_PARTITIONS", 24, 1, 1000);
  options.ledger_days = environment.GetInt("VEFA_LEDGER_DAYS", 0, 0, 36500);
  return options;
}

}  // namespace

Host::Host(events::Source source, config::Environment& environment)
    : source_(WithSchemaUri(std::move(source), environment)) {
  telemetry::StartLog(source_.service, telemetry::ParseLevel(environment.Get("VEFA_LOG_LEVEL", "info")));
  grpc_address_ = environment.Require("VEFA_GRPC_ADDRESS");
  ops_address_ = environment.Require("VEFA_OPS_ADDRESS");
  brokers_ = environment.Require("VEFA_KAFKA_BROKERS");
  workers_ = environment.GetInt("VEFA_WORKERS", 8, 1, 256);
  const events::RelayOptions relaying = RelaySettings(environment);
  instance_ = environment.Get("VEFA_INSTANCE", "");
  verify_every_ = std::chrono::minutes(environment.GetInt("VEFA_VERIFY_MINUTES", 60, 0, 10080));
  key_ = std::make_unique<rpc::PrincipalKey>(environment.RequireKey("VEFA_PRINCIPAL_KEY_FILE", 32));
  auto transport = rpc::Transport::Of(environment.Get("VEFA_TLS_DIR", ""));
  if (transport.ok()) transport_ = *transport;
  transport_.MeasureBy(metrics_);
  if (!transport.ok()) environment.Mistake("VEFA_TLS_DIR: " + transport.error().message);
  ledgers_ = std::make_unique<rpc::LedgerClient>(LedgerAddresses(environment, source_, grpc_address_), *key_,
                                                 source_.service, transport_);
  service_database_ = std::make_unique<postgres::Database>(environment.Require("VEFA_POSTGRES"), workers_ + 1);
  pump_database_ = std::make_unique<postgres::Database>(environment.Require("VEFA_POSTGRES_PUMP"), kPumpConnections);
  connection_age_ = std::chrono::seconds(environment.GetInt("VEFA_CONNECTION_AGE_SECONDS", 300, 1, 86400));
  notice_ = std::chrono::milliseconds(environment.GetInt("VEFA_DRAIN_NOTICE_MS", 1000, 0, 60000));
  const std::chrono::hours keep_answers(environment.GetInt("VEFA_IDEMPOTENCY_HOURS", 72, 1, 8760));
  const otlp::Settings traces = otlp::ReadSettings(environment, source_.service, instance_);
  environment.RefuseUnknown();
  Status configured = environment.Check();
  if (!configured.ok()) {
    telemetry::Fault("the configuration is not complete", {{"mistakes", configured.error().message}});
    std::exit(2);
  }
  settings_ = environment.settings();
  exporter_ = otlp::Exporter::Start(traces, metrics_);
  tenants_ = std::make_unique<rpc::TenantDirectory>(*service_database_);
  const size_t waiting_max = kQueuePerWorker * static_cast<size_t>(workers_);
  pool_ = std::make_unique<runtime::WorkerPool>(
      workers_, runtime::QueueLimits{.waiting_max = waiting_max, .tenant_max = waiting_max / 2, .wait_max = kQueueWait});
  relay_ = std::make_unique<events::Relay>(*pump_database_, brokers_, source_, metrics_, relaying);
  answers_ = std::make_unique<rpc::AnswerKeeper>(*pump_database_, keep_answers, metrics_);
  metrics_.AddGauge("vefa_build_info", "Always 1; the version is a label.", {{"version", VEFA_VERSION}}).Set(1);
  event_log_ = std::make_unique<rpc::EventLogService>(AddDoor("vefa.event.v1.EventLogService"), *service_database_, source_,
                                                       key_->secret());
  AddService(*event_log_);
  operations_ = std::make_unique<operations::OperationsService>(
      AddDoor("vefa.event.v1.EventOperationsService"),
      operations::Parts{source_.service, source_.topic, brokers_, pump_database_.get(), relay_.get(),
                        [this] { return Consumers(); }});
  AddService(*operations_);
}

Host::~Host() = default;

const rpc::Door& Host::AddDoor(const std::string& proto_service) {
  doors_.push_back(std::make_unique<rpc::Door>(proto_service, *pool_, *key_, *tenants_, metrics_, clock_));
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

Status Host::Ready() {
  if (draining_) return Unavailable("DRAINING", "The service is stopping.");
  VEFA_TRY_OK(service_database_->Ping(Deadline::After(kReadyTimeout)));
  for (const auto& check : checks_) VEFA_TRY_OK(check());
  return Ok();
}

Status Host::StartServers() {
  VEFA_TRY(ops_, OpsPort::Start(ops_address_, {source_.service, [this] { return Ready(); }, &metrics_, settings_}));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  VEFA_TRY(listener_, rpc::Listener::Open(grpc_address_));
  listener_->AddTo(builder, transport_.server());
  rpc::ServerLimits limits;
  limits.age = connection_age_;
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
        *pump_database_, brokers_, source_, source_.catalog->state_topic(), clock_, metrics_);
  events::SubscriberSettings settings;
  settings.instance = instance_;
  for (const Subscription& wanted : wanted_)
    subscribers_.push_back(std::make_unique<events::Subscriber>(wanted.name, wanted.topics, brokers_, *pump_database_,
                                                                *wanted.handler, metrics_, ledgers_.get(), settings));
  subscribed_ = true;
  if (!projections_.empty())
    projection_worker_ = std::make_unique<events::ProjectionWorker>(*pump_database_, projections_, ledgers_.get(),
                                                                    brokers_, verify_every_, clock_, metrics_);
  telemetry::Info("serving", {{"grpc", grpc_address_}, {"ops", ops_address_}, {"version", VEFA_VERSION}});
  runtime::WaitForStopSignal();
  telemetry::Info("draining");
  draining_ = true;
  server_->GetHealthCheckService()->SetServingStatus(false);
  // Whoever watches our health, or the endpoints that follow our readiness, calls elsewhere by then.
  std::this_thread::sleep_for(notice_);
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
