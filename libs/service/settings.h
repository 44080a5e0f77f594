#pragma once

#include <chrono>
#include <map>
#include <string>

#include "libs/config/environment.h"
#include "libs/events/relay.h"
#include "libs/otlp/settings.h"
#include "libs/rpc/transport.h"

namespace vefa::service {

// What every service is told; what is its own, its main reads.
struct Settings {
  std::string log_level;
  std::string grpc_address;
  std::string ops_address;
  std::string postgres;       // As the role `<database>_service`.
  std::string postgres_pump;  // As the role `<database>_pump`.
  std::string brokers;
  std::string principal_key;
  std::map<std::string, std::string> ledgers;  // Where the ledger of each topic can be read.
  rpc::Transport transport;                    // How other services are spoken to.
  std::string public_url;
  std::string instance;
  int workers = 8;
  events::RelayOptions relay;
  std::chrono::minutes verify_every{60};
  std::chrono::seconds connection_age{300};
  std::chrono::milliseconds drain_notice{1000};
  std::chrono::hours keep_answers{72};
  otlp::Settings traces;
};

// Mistakes stay with the environment. The ledger of `source` is read by its own door unless another address of it
// is set.
Settings ReadSettings(config::Environment& environment, const events::Source& source);

}  // namespace vefa::service
