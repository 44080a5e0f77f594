#include "libs/service/host.h"

#include <cstdlib>

#include "libs/runtime/signals.h"
#include "libs/telemetry/log.h"

namespace vefa::service {
namespace {

// Calls waiting per worker before new ones are refused.
constexpr size_t kQueuePerWorker = 32;
// Relay, subscriptions and the threads a service adds share the pump's connections.
constexpr int kPumpConnections = 6;
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

}  // namespace

Host::Host(events::Source source, config::Environment& environment) : source_(std::move(source)) {
  runtime::BlockStopSignals();
  telemetry::StartLog(source_.service, telemetry::ParseLevel(environment.Get("VEFA_LOG_LEVEL", "info")));
  grpc_address_ = environment.Require("VEFA_GRPC_ADDRESS");
  ops_address_ = environment.Require("VEFA_OPS_ADDRESS");
  brokers_ = environment.Require("VEFA_KAFKA_BROKERS");
  workers_ = environment.GetInt("VEFA_WORKERS", 8, 1, 256);
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
  relay_ = std::make_unique<events::Relay>(*pump_database_, brokers_, source_, metrics_);
  metrics_.AddGauge("vefa_build_info", "Always 1; the version is a label.", {{"version", VEFA_VERSION}}).Set(1);
  event_log_ = std::make_unique<rpc::EventLogService>(AddDoor("vefa.event.v1.EventLogService"), *service_database_, source_,
                                                       key_->secret());
  AddService(*event_log_);
}

Host::~Host() = default;

const rpc::Door& Host::AddDoor(const std::string& proto_service) {
  doors_.push_back(std::make_unique<rpc::Door>(proto_service, *pool_, *key_, *tenants_, metrics_, clock_));
  return *doors_.back();
}

void Host::Subscribe(std::string name, std::vector<std::string> topics, events::Handler& handler) {
  wanted_.push_back({std::move(name), std::move(topics), &handler});
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
  for (const Subscription& wanted : wanted_)
    subscribers_.push_back(std::make_unique<events::Subscriber>(wanted.name, wanted.topics, brokers_, *pump_database_,
                                                                *wanted.handler, metrics_));
  telemetry::Info("serving", {{"grpc", grpc_address_}, {"ops", ops_address_}, {"version", VEFA_VERSION}});
  runtime::WaitForStopSignal();
  telemetry::Info("draining");
  draining_ = true;
  server_->GetHealthCheckService()->SetServingStatus(false);
  server_->Shutdown(std::chrono::system_clock::now() + kDrainTimeout);
  pool_->Stop();
  for (auto& subscriber : subscribers_) subscriber->Stop();
  for (const auto& stop : stops_) stop();
  relay_->Stop();
  ops_->Stop();
  telemetry::Info("stopped");
  return 0;
}

}  // namespace vefa::service
