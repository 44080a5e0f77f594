#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "libs/config/environment.h"
#include "libs/http/url.h"
#include "libs/telemetry/tracer.h"

namespace vefa::otlp {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What OpenTelemetry's own variables say, where they concern us.
struct Settings {
  bool on = false;
  http::Url collector;  // Its path is where traces are posted to.
  Pairs headers;
  std::chrono::milliseconds timeout{3000};  // Of one attempt; a stop waits for it.
  std::chrono::milliseconds gather{5000};     // The longest that a span waits for others.
  Pairs resource;                             // `service.name` first.
  telemetry::Sampler sampler;
};

// Traces are off unless OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set. Mistakes stay with the
// environment. `service` and `instance` are what is said where OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say nothing.
Settings ReadSettings(config::Environment& environment, const std::string& service, const std::string& instance);

// `a=b,c=d%20e` as pairs, values decoded. INVALID_ARGUMENT `PAIRS_SYNTAX`.
Result<Pairs> ParsePairs(const std::string& text);

}  // namespace vefa::otlp
