#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/config/environment.h"
#include "libs/http/server.h"
#include "libs/telemetry/metrics.h"

namespace vefa::service {

// What operators and probes ask a process: a port of its own, so that neither load nor certificates stand before it.
//
//   GET /livez /readyz /startupz    200, or 503 with the reason
//   GET /metrics                    Prometheus's text form
//   GET /buildz /configz            service and version; every setting, secrets left out
//   GET /logz, POST /logz?level=debug    the lowest level that is written
class OpsPort {
 public:
  struct Parts {
    std::string service;
    std::function<Status()> ready;
    const telemetry::Metrics* metrics = nullptr;
    std::vector<config::Setting> settings;
  };
  // UNAVAILABLE `LISTEN_FAILED`.
  static Result<std::unique_ptr<OpsPort>> Start(const std::string& address, Parts parts);
  // Idempotent.
  void Stop() { server_->Stop(); }
  uint16_t port() const { return server_->port(); }

 private:
  explicit OpsPort(Parts parts) : parts_(std::move(parts)) {}
  http::Response Answer(const http::Request& request) const;

  const Parts parts_;
  std::unique_ptr<http::Server> server_;  // Last: its threads use the rest.
};

}  // namespace vefa::service
