#include "libs/service/ops_port.h"

#include "libs/http/url.h"
#include "libs/telemetry/log.h"

namespace vefa::service {
namespace {

using telemetry::JsonString;

http::Response Json(std::string body) { return http::TextResponse(200, std::move(body) + "\n", "application/json"); }

http::Response Configuration(const std::vector<config::Setting>& settings) {
  std::string body = "{";
  for (const config::Setting& setting : settings) {
    if (body.size() > 1) body += ",";
    body += "\n " + JsonString(setting.name) + ": {\"value\": " + JsonString(setting.value) +
            ", \"set\": " + (setting.set ? "true" : "false") + "}";
  }
  return Json(body + "\n}");
}

http::Response LogLevel() { return Json("{\"level\":" + JsonString(telemetry::LevelName(telemetry::LowestLevel())) + "}"); }

http::Response SetLogLevel(const std::string& query) {
  auto words = http::ParseQuery(query);
  std::string wanted = words.ok() && words->size() == 1 && words->front().first == "level" ? words->front().second : "";
  telemetry::Level level = telemetry::ParseLevel(wanted);
  if (telemetry::LevelName(level) != wanted)
    return http::TextResponse(400, "LEVEL_UNKNOWN: Ask for ?level=debug, info, warn or error.\n");
  telemetry::SetLowestLevel(level);
  telemetry::Warn("the log level was changed", {{"level", wanted}});
  return LogLevel();
}

}  // namespace

Result<std::unique_ptr<OpsPort>> OpsPort::Start(const std::string& address, Parts parts) {
  std::unique_ptr<OpsPort> port(new OpsPort(std::move(parts)));
  http::ServerOptions options;
  options.address = address;
  options.workers = 2;
  VEFA_TRY(port->server_, http::Server::Start(options, [self = port.get()](const http::Request&) {
             http::Route route;
             route.unary = [self](const http::Request& request) { return self->Answer(request); };
             return route;
           }));
  return port;
}

http::Response OpsPort::Answer(const http::Request& request) const {
  if (request.is("POST", "/logz")) return SetLogLevel(request.query);
  if (request.method != "GET" && request.method != "HEAD")
    return http::TextResponse(405, "METHOD: Only /logz takes a POST.\n");
  if (request.path == "/livez") return http::TextResponse(200, "ok\n");
  if (request.path == "/readyz" || request.path == "/startupz") {
    Status ready = parts_.ready();
    if (ready.ok()) return http::TextResponse(200, "ok\n");
    return http::TextResponse(503, ready.error().reason + ": " + ready.error().message + "\n");
  }
  if (request.path == "/metrics") return http::TextResponse(200, parts_.metrics->Expose(), "text/plain; version=0.0.4");
  if (request.path == "/buildz")
    return Json("{\"service\":" + JsonString(parts_.service) + ",\"version\":\"" VEFA_VERSION "\"}");
  if (request.path == "/configz") return Configuration(parts_.settings);
  if (request.path == "/logz") return LogLevel();
  return http::TextResponse(404, "Ask for /livez, /readyz, /startupz, /metrics, /buildz, /configz or /logz.\n");
}

}  // namespace vefa::service
