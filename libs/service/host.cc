#include "libs/service/host.h"

#include <cstdlib>

#include "libs/events/catalog.h"
#include "libs/runtime/signals.h"
#include "libs/telemetry/log.h"

namespace vefa::service {
namespace {

// Calls waiting per worker before new ones are refused.
constexpr size_t kQueuePerWorker = 32;
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
  runtime::BlockStopSignals();
  telemetry::StartLog(source_.service, telemetry::ParseLevel(environment.Get("VEFA_LOG_LEVEL", "info")));
  grpc_address_ = environment.Require("VEFA_GRPC_ADDRESS");
  ops_address_ = environment.Require("VEFA_OPS_ADDRESS");
  brokers_ = environment.Require("VEFA_KAFKA_BROKERS");
  workers_ = environment.GetInt("VEFA_WORKERS", 8, 1, 256);
  const events::RelayOptions relaying = RelaySettings(environment);
  instance_ = environment.Get("VEFA_INSTANCE", "");
  verify_every_ = std::chrono::minutes(environment.GetInt("VEFA_VERIFY_MINUTES", 60, 0, 10080));
  key_ = std::make_unique<rpc::PrincipalKey>(environment.RequireKey("VEFA_PRINCIPAL_KEY_FILE", 32));
  ledgers_ = std::make_unique<rpc::LedgerClient>(LedgerAddresses(environment, source_, grpc_address_), *key_, source_.service);
  service_database_ = std::make_unique<postgres::Database>(environment.Require("VEFA_POSTGRES"), workers_ + 1);
  pump_database_ = std::make_unique<postgres::Database>(environment.Require("VEFA_POSTGRES_PUMP"), kPumpConnections);
  Status configured = environment.Check();
  if (!configured.ok()) {
    telemetry::Fault("the configuration is not complete", {{"mistakes", configured.error().message}});
    std::exit(2);
  }
  tenants_ = std::make_unique<rpc::TenantDirectory>(*service_database_);
  pool_ = std::make_unique<runtime::WorkerPool>(workers_, kQueuePerWorker * static_cast<size_t>(workers_));
  relay_ = std::make_unique<events::Relay>(*pump_database_, brokers_, source_, metrics_, relaying);
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

http::Response Host::Ops(const http::Request& request) {
  if (request.path == "/livez") return http::TextResponse(200, "ok\n");
  if (request.path == "/readyz" || request.path == "/startupz") {
    Status ready = Ready();
    if (ready.ok()) return http::TextResponse(200, "ok\n");
    return http::TextResponse(503, ready.error().reason + ": " + ready.error().message + "\n");
  }
  if (request.path == "/metrics") return http::TextResponse(200, metrics_.Expose(), "text/plain; version=0.0.4");
  if (request.path == "/buildz")
    return http::TextResponse(200, "{\"service\":\"" + source_.service + "\",\"version\":\"" VEFA_VERSION "\"}\n",
                              "application/json");
  return http::TextResponse(404, "Ask for /livez, /readyz, /startupz, /metrics or /buildz.\n");
}

Status Host::StartServers() {
  http::ServerOptions options;
  options.address = ops_address_;
  options.workers = 2;
  VEFA_TRY(ops_, http::Server::Start(options, [this](const http::Request&) {
             http::Route route;
             route.unary = [this](const http::Request& request) { return Ops(request); };
             return route;
           }));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(grpc_address_, grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(4 << 20);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  for (grpc::Service* service : services_) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0)
    return Unavailable("LISTEN_FAILED", "Cannot listen on " + grpc_address_ + "; is another process using it?");
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
  server_->Shutdown(std::chrono::system_clock::now() + kDrainTimeout);
  pool_->Stop();
  if (projection_worker_ != nullptr) projection_worker_->Stop();
  for (auto& subscriber : subscribers_) subscriber->Stop();
  if (state_publisher_ != nullptr) state_publisher_->Stop();
  for (const auto& stop : stops_) stop();
  relay_->Stop();
  ops_->Stop();
  telemetry::Info("stopped");
  return 0;
}

}  // namespace vefa::service
