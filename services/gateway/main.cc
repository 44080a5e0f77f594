#include "libs/config/command_line.h"
#include "libs/config/environment.h"
#include "libs/runtime/signals.h"
#include "libs/telemetry/log.h"
#include "services/gateway/gateway.h"

using namespace vefa;

int main(int argc, char** argv) {
  runtime::BlockStopSignals();
  config::Environment environment;
  config::CommandLine command_line(argc, argv, environment);
  gateway::Settings settings = gateway::ReadSettings(environment);
  if (auto code = command_line.Answer("vefa-gateway", VEFA_VERSION)) return *code;
  telemetry::StartLog("gateway", telemetry::ParseLevel(settings.log_level));
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
