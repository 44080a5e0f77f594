#include "services/gateway/api.h"

#include "libs/telemetry/log.h"
#include "services/gateway/json.h"
#include "services/gateway/problem.h"
#include "services/gateway/sight.h"
#include "vefa/options/v1/options.pb.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

const char* StatusClass(int status) {
  static constexpr const char* kClasses[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  return status >= 100 && status < 600 ? kClasses[status / 100 - 1] : "other";
}

// Only JSON: no form of another page can send it without being asked about.
Status CheckContentType(const http::Request& request) {
  std::string_view type = request.headers.Get("Content-Type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (request.body.empty() || http::EqualsIgnoreCase(type, "application/json")) return Ok();
  return InvalidArgument("CONTENT_TYPE", "Send the body as Content-Type: application/json.");
}

}  // namespace

telemetry::Span BeginSpan(const http::Request& request, const std::string& route) {
  auto span = telemetry::Span::Begin(telemetry::SpanKind::kServer,
                                     telemetry::Trace::Parse(request.headers.Get("traceparent")), route);
  span.Set("http.request.method", request.method);
  span.Set("http.route", route);
  return span;
}

Api::Api(RouteTable routes, Callers& callers, const rpc::PrincipalKey& key, CookiePolicy cookie,
         telemetry::Metrics& metrics)
    : routes_(std::move(routes)), callers_(callers), key_(key), cookie_(cookie), metrics_(metrics) {}

std::set<std::string> Api::permissions() const {
  std::set<std::string> permissions;
  for (const Binding& binding : routes_.bindings()) permissions.insert(binding.permission);
  return permissions;
}

void Api::CheckComplete() const {
  for (const Binding& binding : routes_.bindings())
    VEFA_CHECK(locals_.contains(binding.rpc->full_name()) || upstreams_.contains(binding.rpc->service()->full_name()) ||
               replicas_.contains(binding.rpc->service()->full_name()));
}

Result<Upstream*> Api::UpstreamOf(const pb::MethodDescriptor& rpc, const pb::Message& request) const {
  auto only = upstreams_.find(rpc.service()->full_name());
  if (only != upstreams_.end()) return only->second;
  const std::string& field_name = rpc.service()->options().GetExtension(options::v1::routed_by);
  const pb::FieldDescriptor* field = rpc.input_type()->FindFieldByName(field_name);
  VEFA_CHECK(field != nullptr && field->type() == pb::FieldDescriptor::TYPE_STRING);
  const auto& named = replicas_.at(rpc.service()->full_name());
  auto found = named.find(request.GetReflection()->GetString(request, field));
  if (found != named.end()) return found->second;
  std::string names;
  for (const auto& [name, upstream] : named) names += (names.empty() ? "" : ", ") + name;
  return Violations({{field_name, "SERVICE_UNKNOWN", "Name one of " + names + "."}});
}

http::Route Api::Choose(const http::Request& head) const {
  http::Route route;
  route.body_limit = kBodyLimit;
  auto match = routes_.Find(head.method, head.path);
  if (!match.ok()) {
    route.unary = [this, error = match.error()](const http::Request& request) {
      telemetry::Span span = BeginSpan(request, "unknown");
      http::Response problem = ProblemResponse(error, span.trace().trace_id());
      Finished("unknown", problem.status, std::chrono::steady_clock::now(), nullptr, std::move(span));
      return problem;
    };
  } else if (match->binding->streams()) {
    route.stream = [this, found = *std::move(match)](http::Exchange& exchange) { Stream(found, exchange); };
  } else {
    route.unary = [this, found = *std::move(match)](const http::Request& request) { return Unary(found, request); };
  }
  return route;
}

http::Response Api::Unary(const RouteTable::Match& match, const http::Request& request) const {
  auto start = std::chrono::steady_clock::now();
  telemetry::Span span = BeginSpan(request, match.binding->pattern);
  telemetry::TraceScope trace(span.trace());
  Result<http::Response> answer = Transcode(match, request);
  const Error* error = answer.ok() ? nullptr : &answer.error();
  http::Response response =
      error == nullptr ? std::move(answer).value() : ProblemResponse(*error, telemetry::CurrentTrace().trace_id());
  Finished(match.binding->pattern, response.status, start, error, std::move(span));
  return response;
}

Result<http::Response> Api::Transcode(const RouteTable::Match& match, const http::Request& request) const {
  const pb::MethodDescriptor& rpc = *match.binding->rpc;
  VEFA_TRY(Deadline deadline, DeadlineOf(request, kDefaultTimeout, kLongestTimeout));
  VEFA_TRY(std::optional<Caller> caller, Admit(*match.binding, request, deadline));
  std::unique_ptr<pb::Message> input = NewMessage(*rpc.input_type());
  VEFA_TRY_OK(Read(match, request, *input));
  std::unique_ptr<pb::Message> output = NewMessage(*rpc.output_type());
  http::Response response;
  auto local = locals_.find(rpc.full_name());
  if (local != locals_.end()) {
    Status done = local->second({request, caller ? &*caller : nullptr, deadline, response.headers, response.body},
                                *input, *output);
    if (!done.ok()) return ForCaller(std::move(done).error(), "gateway");
  } else {
    VEFA_TRY(Upstream * upstream, UpstreamOf(rpc, *input));
    if (caller) VEFA_TRY_OK(Vouch(rpc, *input, *caller, deadline));
    VEFA_TRY_OK(upstream->Call(rpc, *input, *output, {Sign(caller), deadline}));
  }
  if (response.body.empty()) {
    VEFA_TRY(response.body, WriteJson(*output));
  }
  response.headers.Add("Content-Type", "application/json");
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

Result<std::optional<Caller>> Api::Admit(const Binding& binding, const http::Request& request,
                                         Deadline deadline) const {
  if (binding.permission == "public") {
    // There is no session yet that a CSRF token could belong to.
    if (request.method != "GET" && request.method != "HEAD") VEFA_TRY_OK(RefuseCrossSite(request));
    return std::optional<Caller>();
  }
  Result<Caller> caller = callers_.Authenticate(request, cookie_, deadline);
  if (!caller.ok()) return ForCaller(std::move(caller).error(), "gateway");
  telemetry::NoteTenant(caller->session.tenant);
  VEFA_TRY_OK(Authorize(*caller, binding.permission, binding.rpc->options().GetExtension(options::v1::sight)));
  return std::optional<Caller>(*std::move(caller));
}

Status Api::Vouch(const pb::MethodDescriptor& rpc, const pb::Message& request, Caller& caller, Deadline deadline) const {
  if (caller.principal.SeesAll() || rpc.options().GetExtension(options::v1::sight) != options::v1::SIGHT_NAMED ||
      rpc.file()->package() == kSightPackage)
    return Ok();
  VEFA_TRY_OK(AskSight(*upstreams_.at(kSightService), key_, caller.principal, request, deadline));
  caller.principal.owners.reset();
  return Ok();
}

Status Api::Read(const RouteTable::Match& match, const http::Request& request, pb::Message& message) const {
  const Binding& binding = *match.binding;
  std::vector<std::string> taken = binding.path.Fields();
  if (binding.body.empty()) {
    if (!request.body.empty())
      return InvalidArgument("BODY_UNEXPECTED", "This request has no body; send it without one.");
  } else {
    VEFA_TRY_OK(CheckContentType(request));
    pb::Message* target = &message;
    if (binding.body != "*") {
      const pb::FieldDescriptor* field = binding.rpc->input_type()->FindFieldByName(binding.body);
      target = message.GetReflection()->MutableMessage(&message, field);
      taken.push_back(binding.body);
    }
    VEFA_TRY_OK(ReadJson(request.body, binding.body == "*" ? "" : binding.body, *target));
  }
  VEFA_TRY(http::Query query, http::ParseQuery(request.query));
  if (binding.body == "*" && !query.empty())
    return Violations(
        {{query.front().first, "FIELD_UNKNOWN", "This request takes everything in its body, nothing in its query."}});
  VEFA_TRY_OK(SetFromQuery(message, query, taken));
  // The path has the last word: a body cannot name another resource.
  for (const auto& [field, text] : match.path_fields) VEFA_TRY_OK(SetField(message, field, text));
  return Ok();
}

void Api::Finished(const std::string& route, int status, std::chrono::steady_clock::time_point start,
                   const Error* error, telemetry::Span span) const {
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  metrics_
      .AddHistogram("http_server_request_duration_seconds",
                    "Time from a request's arrival at its handler to its answer.",
                    {{"route", route}, {"status", StatusClass(status)}})
      .Observe(seconds.count());
  if (status >= 500 && error != nullptr)
    telemetry::Warn("a request failed", {{"route", route}, {"status", status}, {"reason", error->reason}});
  if (!span.recording()) return;
  span.Set("http.response.status_code", int64_t{status});
  if (!telemetry::CurrentTenant().is_nil()) span.Set("vefa.tenant", telemetry::CurrentTenant().ToString());
  // As OpenTelemetry has it, a mistake of the caller's is no failure of the server.
  if (status >= 500) span.Fail(error == nullptr ? std::to_string(status) : error->reason);
}

}  // namespace vefa::gateway
