#include "libs/service/settings.h"

namespace vefa::service {
namespace {

constexpr char kAddress[] = "host:port";
constexpr char kPeer[] = "host:port, or a gRPC name such as `dns:///contact.vefa.svc:8080`";
constexpr char kConninfo[] = "a PostgreSQL conninfo";

// VEFA_CONTACT_ADDRESS for `contact`.
std::string NameOfPeer(const std::string& service) {
  std::string name = "VEFA_";
  for (char letter : service) name += static_cast<char>(letter - 'a' + 'A');
  return name + "_ADDRESS";
}

std::map<std::string, std::string> LedgerAddresses(config::Environment& environment, const std::string& own_topic,
                                                   const std::string& own_address) {
  std::map<std::string, std::string> addresses{{own_topic, own_address}};
  for (const char* service : {"contact", "interaction", "campaign", "notification"}) {
    std::string address = environment.Get(NameOfPeer(service), "", kPeer);
    if (!address.empty()) addresses[std::string("vefa.") + service + ".v1"] = address;
  }
  return addresses;
}

events::RelayOptions RelaySettings(config::Environment& environment) {
  events::RelayOptions options;
  options.leases = environment.GetOneOf("VEFA_RELAY_LEASES", "on", {"on", "off"}) == "on";
  options.partitions = environment.GetInt("VEFA_TOPIC_PARTITIONS", 24, 1, 1000);
  options.ledger_days = environment.GetInt("VEFA_LEDGER_DAYS", 0, 0, 36500);
  return options;
}

}  // namespace

void ReadCommon(config::Environment& environment, const std::string& service, CommonSettings& settings) {
  settings.log_level = environment.GetOneOf("VEFA_LOG_LEVEL", "info", {"debug", "info", "warn", "error"});
  settings.grpc_address = environment.Require("VEFA_GRPC_ADDRESS", kAddress);
  settings.ops_address = environment.Require("VEFA_OPS_ADDRESS", kAddress);
  settings.postgres = environment.RequireSecret("VEFA_POSTGRES", kConninfo);
  settings.postgres_pump = environment.RequireSecret("VEFA_POSTGRES_PUMP", kConninfo);
  settings.brokers = environment.Require("VEFA_KAFKA_BROKERS", "host:port, several with commas between");
  settings.principal_key = environment.RequireKey("VEFA_PRINCIPAL_KEY_FILE", 32);
  auto transport = rpc::Transport::Of(environment.Get("VEFA_TLS_DIR", "", "a folder; none: plain text"));
  if (transport.ok()) settings.transport = *transport;
  if (!transport.ok()) environment.Mistake("VEFA_TLS_DIR: " + transport.error().message);
  settings.public_url = environment.Get("VEFA_PUBLIC_URL", "", "a URL");
  settings.instance = environment.Get("VEFA_INSTANCE", "", "a name");
  settings.workers = environment.GetInt("VEFA_WORKERS", 8, 1, 256);
  settings.drain_notice = std::chrono::milliseconds(environment.GetInt("VEFA_DRAIN_NOTICE_MS", 1000, 0, 60000));
  settings.traces = otlp::ReadSettings(environment, service, settings.instance);
}

Settings ReadSettings(config::Environment& environment, const events::Source& source) {
  Settings settings;
  ReadCommon(environment, source.service, settings);
  settings.ledgers = LedgerAddresses(environment, source.topic, settings.grpc_address);
  settings.relay = RelaySettings(environment);
  settings.verify_every = std::chrono::minutes(environment.GetInt("VEFA_VERIFY_MINUTES", 60, 0, 10080));
  settings.connection_age = std::chrono::seconds(environment.GetInt("VEFA_CONNECTION_AGE_SECONDS", 300, 1, 86400));
  settings.keep_answers = std::chrono::hours(environment.GetInt("VEFA_IDEMPOTENCY_HOURS", 72, 1, 8760));
  return settings;
}

std::string RequirePeer(config::Environment& environment, const std::string& service) {
  return environment.Require(NameOfPeer(service), kPeer);
}

}  // namespace vefa::service
