#include <cstdio>

#include "libs/config/environment.h"
#include "libs/runtime/signals.h"
#include "libs/telemetry/log.h"
#include "services/gateway/gateway.h"

using namespace vefa;

int main() {
  runtime::BlockStopSignals();
  config::Environment environment;
  telemetry::StartLog("gateway", telemetry::ParseLevel(environment.Get("VEFA_LOG_LEVEL", "info")));
  gateway::Settings settings = gateway::ReadSettings(environment);
  Status configured = environment.Check();
  if (!configured.ok()) {
    telemetry::Fault("the configuration is not complete", {{"mistakes", configured.error().message}});
    return 2;
  }
  auto gateway = gateway::Gateway::Create(settings);
  Status started = gateway.ok() ? (*gateway)->Start() : Status(gateway.error());
  if (!started.ok()) {
    telemetry::Fault("cannot start", {{"reason", started.error().reason}, {"error", started.error().message}});
    return 1;
  }
  telemetry::Info("serving",
                  {{"http", settings.http_address}, {"ops", settings.ops_address}, {"version", VEFA_VERSION}});
  runtime::WaitForStopSignal();
  telemetry::Info("draining");
  (*gateway)->Stop();
  telemetry::Info("stopped");
  return 0;
}
