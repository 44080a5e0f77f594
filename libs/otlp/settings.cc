#include "libs/otlp/settings.h"

#include <algorithm>

namespace vefa::otlp {
namespace {

constexpr char kPath[] = "/v1/traces";
constexpr char kCollector[] = "http://host:port; none: no traces";
constexpr char kPairs[] = "key=value,key=value, the values percent-encoded";

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Where traces are sent: the address of traces as it is, or that of everything with OTLP's path behind it.
void ReadCollector(config::Environment& environment, Settings& settings) {
  std::string traces = environment.Get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", kCollector);
  std::string all = environment.Get("OTEL_EXPORTER_OTLP_ENDPOINT", "", kCollector);
  if (traces.empty() && all.empty()) return;
  const char* name = traces.empty() ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  auto url = http::ParseUrl(traces.empty() ? all : traces);
  if (!url.ok())
    return environment.Mistake(std::string(name) + " must be http://host:port; put a collector or a TLS proxy beside the "
                               "process where https is needed");
  settings.on = true;
  settings.collector = *url;
  if (traces.empty()) settings.collector.path += kPath;
}

Pairs ReadPairs(config::Environment& environment, const char* name, std::string text) {
  auto pairs = ParsePairs(text);
  if (pairs.ok()) return *std::move(pairs);
  environment.Mistake(std::string(name) + " " + pairs.error().message);
  return {};
}

Pairs ReadResource(config::Environment& environment, const std::string& service, const std::string& instance) {
  constexpr char kName[] = "OTEL_RESOURCE_ATTRIBUTES";
  Pairs given = ReadPairs(environment, kName, environment.Get(kName, "", kPairs));
  std::string name = environment.Get("OTEL_SERVICE_NAME", "", "a name; none: the program's");
  auto take = [&given](const std::string& key) {
    auto found = std::find_if(given.begin(), given.end(), [&key](const auto& pair) { return pair.first == key; });
    std::string value = found == given.end() ? "" : found->second;
    if (found != given.end()) given.erase(found);
    return value;
  };
  std::string attribute = take("service.name");
  if (name.empty()) name = attribute.empty() ? "vefa-" + service : attribute;
  Pairs resource{{"service.name", name}};
  std::string id = take("service.instance.id");
  if (id.empty()) id = instance;
  if (!id.empty()) resource.emplace_back("service.instance.id", id);
  resource.insert(resource.end(), given.begin(), given.end());
  return resource;
}

}  // namespace

Result<Pairs> ParsePairs(const std::string& text) {
  Pairs pairs;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view pair = Trimmed(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
    if (pair.empty()) continue;
    size_t equals = pair.find('=');
    auto value = http::PercentDecode(Trimmed(pair.substr(std::min(equals, pair.size() - 1) + 1)));
    std::string key(Trimmed(pair.substr(0, equals)));
    if (equals == std::string_view::npos || key.empty() || !value.ok())
      return InvalidArgument("PAIRS_SYNTAX", "must be key=value,key=value, the values percent-encoded");
    pairs.emplace_back(std::move(key), *std::move(value));
  }
  return pairs;
}

Settings ReadSettings(config::Environment& environment, const std::string& service, const std::string& instance) {
  Settings settings;
  ReadCollector(environment, settings);
  settings.resource = ReadResource(environment, service, instance);
  settings.headers = ReadPairs(environment, "OTEL_EXPORTER_OTLP_HEADERS", environment.GetHidden("OTEL_EXPORTER_OTLP_HEADERS", kPairs));
  settings.timeout = std::chrono::milliseconds(environment.GetInt("OTEL_EXPORTER_OTLP_TIMEOUT", 3000, 1, 10'000));
  settings.gather = std::chrono::milliseconds(environment.GetInt("OTEL_BSP_SCHEDULE_DELAY", 5000, 1, 60'000));
  std::string protocol = environment.Get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "http/protobuf");
  if (settings.on && protocol != "http/protobuf")
    environment.Mistake("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, which collectors take on port 4318");
  std::string name = environment.Get("OTEL_TRACES_SAMPLER", "parentbased_always_on", "a sampler of OpenTelemetry");
  std::string share = environment.Get("OTEL_TRACES_SAMPLER_ARG", "", "a share from 0 to 1");
  auto sampler = telemetry::Sampler::Of(name, share);
  if (sampler.ok()) settings.sampler = *sampler;
  if (!sampler.ok())
    environment.Mistake((sampler.error().reason == "SAMPLER_SHARE" ? "OTEL_TRACES_SAMPLER_ARG " : "OTEL_TRACES_SAMPLER ") +
                        sampler.error().message);
  if (environment.GetFlag("OTEL_SDK_DISABLED")) settings.on = false;
  return settings;
}

}  // namespace vefa::otlp
