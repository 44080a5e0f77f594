#include "services/gateway/event_stream.h"

#include <charconv>

#include "libs/http/url.h"
#include "services/gateway/api.h"
#include "services/gateway/problem.h"

namespace vefa::gateway {
namespace {

constexpr std::chrono::seconds kHeartbeat(15);
// How soon it is noticed that a client left while nothing happens.
constexpr std::chrono::milliseconds kWait(500);
constexpr std::chrono::seconds kAdmitTimeout(10);
constexpr size_t kBatch = 200;
// What a client that names no cursor is shown first.
constexpr size_t kLastByDefault = 100;

std::string Gap(const std::string& cursor) { return "id: " + cursor + "\nevent: gap\ndata: {}\n\n"; }

}  // namespace

Result<Caller> EventStream::Admit(const http::Request& request) {
  if (request.method != "GET") {
    Error error{Code::kUnimplemented, "METHOD_NOT_ALLOWED", "This address is for GET."};
    error.metadata["allow"] = "GET";
    return error;
  }
  VEFA_TRY(Caller caller, Authenticate(request, cookie_, sessions_, clock_, Deadline::After(kAdmitTimeout)));
  VEFA_TRY_OK(Authorize(caller, "events.read"));
  return caller;
}

Result<int64_t> EventStream::Start(const http::Request& request, const Uuid& tenant, bool& gap) {
  VEFA_TRY(http::Query query, http::ParseQuery(request.query));
  size_t last = kLastByDefault;
  for (const auto& [name, text] : query) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), last);
    if (name != "last") return Violations({{name, "FIELD_UNKNOWN", "Only `last` can be asked for."}});
    if (error != std::errc() || end != text.data() + text.size() || last > EventRings::kRingSize)
      return Violations({{name, "FIELD_INVALID", "Ask for 0 to 1,000 events."}});
  }
  gap = false;
  std::string_view cursor = request.headers.Get("Last-Event-ID");
  if (cursor.empty()) return hub_.rings().Back(tenant, last);
  std::string prefix = hub_.epoch() + "-";
  int64_t place = 0;
  if (cursor.starts_with(prefix)) {
    cursor.remove_prefix(prefix.size());
    auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), place);
    if (error == std::errc() && end == cursor.data() + cursor.size() && place >= 0) return place;
  }
  gap = true;
  return hub_.rings().Back(tenant, 0);
}

void EventStream::Run(http::Exchange& exchange) {
  telemetry::TraceScope trace(TraceOf(exchange.request()));
  Status done = Serve(exchange);
  if (done.ok()) return;
  http::Response problem = ProblemResponse(ForCaller(done.error(), "gateway"), telemetry::CurrentTrace().trace_id());
  if (exchange.Begin(problem.status, problem.headers).ok()) static_cast<void>(exchange.Write(problem.body).ok());
}

Status EventStream::Serve(http::Exchange& exchange) {
  VEFA_TRY(Caller caller, Admit(exchange.request()));
  Uuid tenant = caller.session.tenant;
  bool gap = false;
  VEFA_TRY(int64_t place, Start(exchange.request(), tenant, gap));
  http::Headers headers{{"Content-Type", "text/event-stream"},
                        {"Cache-Control", "no-store"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"X-Accel-Buffering", "no"}};
  // From here on an error only means that the client left.
  if (!exchange.Begin(200, headers).ok()) return Ok();
  std::string greeting = "retry: 2000\n: connected\n\n";
  if (gap) greeting += Gap(hub_.epoch() + "-" + std::to_string(place));
  if (exchange.Write(greeting).ok()) Pump(exchange, tenant, place);
  return Ok();
}

void EventStream::Pump(http::Exchange& exchange, const Uuid& tenant, int64_t place) {
  auto quiet_since = std::chrono::steady_clock::now();
  auto checked = quiet_since;
  while (!exchange.Gone()) {
    EventRings::Batch batch = hub_.rings().After(tenant, place, kBatch, kWait);
    auto now = std::chrono::steady_clock::now();
    std::string text;
    if (batch.gap) text += Gap(hub_.epoch() + "-" + std::to_string(place));
    for (const auto& entry : batch.entries)
      text += "id: " + hub_.epoch() + "-" + std::to_string(entry->place) + "\nevent: " + entry->event.type +
              "\ndata: " + EventJson(*entry) + "\n\n";
    place = batch.place;
    if (text.empty() && now - quiet_since >= kHeartbeat) text = ": heartbeat\n\n";
    if (!text.empty()) {
      if (!exchange.Write(text).ok()) return;
      quiet_since = now;
    }
    if (now - checked >= kHeartbeat) {
      // A stream must not outlive its session. A database that cannot answer ends nothing.
      auto caller = Admit(exchange.request());
      if (!caller.ok() && caller.error().code != Code::kUnavailable && caller.error().code != Code::kDeadlineExceeded)
        return;
      checked = now;
    }
  }
}

}  // namespace vefa::gateway
