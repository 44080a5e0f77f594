#pragma once

#include <chrono>
#include <map>
#include <string>

#include "libs/config/environment.h"
#include "libs/events/relay.h"
#include "libs/otlp/settings.h"
#include "libs/rpc/transport.h"

namespace vefa::service {

// What every process of Vefa is told.
struct CommonSettings {
  std::string log_level = "info";
  std::string grpc_address;
  std::string ops_address;
  std::string postgres;       // As the role `<database>_service`.
  std::string postgres_pump;  // As the role `<database>_pump`.
  std::string brokers;
  std::string principal_key;
  rpc::Transport transport;  // How other services are spoken to.
  std::string public_url;
  std::string instance;
  int workers = 8;
  std::chrono::milliseconds drain_notice{0};  // Between "not ready" and the end of accepting.
  otlp::Settings traces;
};

// What a service beside the gateway is told; what one alone needs, its main reads.
struct Settings : CommonSettings {
  std::map<std::string, std::string> ledgers;  // Where the ledger of each topic can be read.
  events::RelayOptions relay;
  std::chrono::minutes verify_every{60};
  std::chrono::seconds connection_age{300};
  std::chrono::hours keep_answers{72};
};

// Mistakes stay with the environment, here and below. The ledger of `source` is read by its own door unless another address
// of it is set.
Settings ReadSettings(config::Environment& environment, const events::Source& source);
void ReadCommon(config::Environment& environment, const std::string& service, CommonSettings& settings);

// Where another service is, such as VEFA_CONTACT_ADDRESS for `contact`.
std::string RequirePeer(config::Environment& environment, const std::string& service);

}  // namespace vefa::service
