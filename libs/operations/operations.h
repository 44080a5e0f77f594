#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libs/events/relay.h"
#include "libs/postgres/database.h"

namespace vefa::operations {

// A subscription of the process.
struct ConsumerInfo {
  std::string name;
  std::vector<std::string> topics;
  bool projection = false;
  std::function<double()> lag_seconds = {};  // How old the oldest event not yet applied is, as this process knows.
};

// What an operator can look at and touch in one process. Everything it points to outlives it; every
// part is thread-safe. `relay` is null where there is no ledger, in the gateway.
struct Parts {
  std::string service;
  std::string topic;
  std::string brokers;
  postgres::Database* pump = nullptr;
  events::Relay* relay = nullptr;
  std::function<std::vector<ConsumerInfo>()> consumers;
};

}  // namespace vefa::operations
