#include "services/gateway/event_stream.h"

#include <charconv>

#include "libs/http/url.h"
#include "services/gateway/api.h"
#include "services/gateway/problem.h"

namespace vefa::gateway {
namespace {

// How soon it is noticed that a client left while nothing happens.
constexpr std::chrono::milliseconds kWait(500);
constexpr std::chrono::seconds kAdmitTimeout(10);
constexpr size_t kBatch = 200;
constexpr int kLastMax = 1000;
// What a client that names no cursor is shown first.
constexpr int kLastByDefault = 100;

// `a,b` as two words; empty ones are left out.
void AddWords(std::string_view text, std::vector<std::string>& words) {
  while (!text.empty()) {
    size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) words.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
}

std::string Message(const std::string& id, std::string_view type, std::string_view data) {
  std::string text = "id: " + id + "\nevent: ";
  text.append(type).append("\ndata: ").append(data).append("\n\n");
  return text;
}

// Where an error about a cursor says to go on; empty for another error.
std::string ResumeOf(const Error& error) {
  for (const char* key : {"earliest_cursor", "resume_cursor"})
    if (auto found = error.metadata.find(key); found != error.metadata.end()) return found->second;
  return "";
}

bool Passes(const Error& error) {
  return error.reason != "DRAINING" && (error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded ||
                                        error.code == Code::kResourceExhausted);
}

}  // namespace

Result<Caller> EventStream::Admit(const http::Request& request) {
  if (request.method != "GET") {
    Error error{Code::kUnimplemented, "METHOD_NOT_ALLOWED", "This address is for GET."};
    error.metadata["allow"] = "GET";
    return error;
  }
  VEFA_TRY(Caller caller, callers_.Authenticate(request, cookie_, Deadline::After(kAdmitTimeout)));
  VEFA_TRY_OK(Authorize(caller, "events.read", options::v1::SIGHT_UNSPECIFIED));
  return caller;
}

Result<EventStream::Wanted> EventStream::Read(const http::Request& request) {
  VEFA_TRY(http::Query query, http::ParseQuery(request.query));
  std::vector<std::string> types, subjects, classifications;
  Wanted wanted{{}, "", kLastByDefault};
  for (const auto& [name, text] : query) {
    if (name == "types") {
      AddWords(text, types);
    } else if (name == "subject") {
      AddWords(text, subjects);
    } else if (name == "classification") {
      AddWords(text, classifications);
    } else if (name == "after") {
      wanted.after = text;
    } else if (name == "last") {
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted.last);
      if (error != std::errc() || end != text.data() + text.size() || wanted.last < 0 || wanted.last > kLastMax)
        return Violations({{name, "FIELD_INVALID", "Ask for 0 to 1,000 events."}});
    } else {
      return Violations(
          {{name, "FIELD_UNKNOWN", "Only `types`, `subject`, `classification`, `last` and `after` can be asked for."}});
    }
  }
  // What a client that lost its connection says is newer than the address it was opened with.
  std::string_view resumed = request.headers.Get("Last-Event-ID");
  if (!resumed.empty()) wanted.after = resumed;
  VEFA_TRY(wanted.filter, FeedFilter::Make(std::move(types), std::move(subjects), std::move(classifications)));
  return wanted;
}

void EventStream::Run(http::Exchange& exchange) {
  // A stream may last for hours: it is of its caller's trace, and no span.
  auto caller = telemetry::Trace::Parse(exchange.request().headers.Get("traceparent"));
  telemetry::TraceScope trace(caller.Child().Sampled(false));
  Status done = Serve(exchange);
  if (done.ok()) return;
  http::Response problem = ProblemResponse(ForCaller(done.error(), "gateway"), telemetry::CurrentTrace().trace_id());
  if (exchange.Begin(problem.status, problem.headers).ok()) static_cast<void>(exchange.Write(problem.body).ok());
}

Status EventStream::Serve(http::Exchange& exchange) {
  Feed& feed = calls_.feed();
  VEFA_TRY(Caller caller, Admit(exchange.request()));
  VEFA_TRY(Wanted wanted, Read(exchange.request()));
  Uuid tenant = caller.session.tenant;
  VEFA_TRY(StreamLimits::Lease lease, feed.limits().Take(tenant, caller.principal.subject));
  auto place = wanted.after.empty() ? calls_.Last(tenant, wanted.last, Deadline::After(kAdmitTimeout))
                                    : calls_.After(tenant, wanted.after);
  if (!place.ok()) return std::move(place).error();
  FeedReader reader(feed, tenant, caller.principal.subject, std::move(wanted.filter), *place);
  http::Headers headers{{"Content-Type", "text/event-stream"},
                        {"Cache-Control", "no-store"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"X-Accel-Buffering", "no"}};
  // From here on an error only means that the client left.
  if (!exchange.Begin(200, headers).ok()) return Ok();
  feed.NoteOpen(FeedDoor::kSse, 1);
  if (exchange.Write("retry: 2000\n: connected\n\n").ok()) Pump(exchange, reader);
  feed.NoteOpen(FeedDoor::kSse, -1);
  return Ok();
}

Result<std::string> EventStream::Next(FeedReader& reader, FeedPlace& told) {
  Feed& feed = calls_.feed();
  auto page = AwaitFeed(feed, reader, kBatch, Deadline::After(kWait));
  std::string text;
  if (!page.ok()) {
    std::string resume = ResumeOf(page.error());
    if (resume.empty()) return std::move(page).error();
    // The stream goes on where it can, and says so: a reader learns what it missed, and never waits in silence.
    VEFA_TRY(FeedPlace place, feed.codec().Decode(resume, reader.tenant()));
    reader.Move(place);
    told = place;
    return Message(resume, "gap", ProblemJson(page.error(), telemetry::CurrentTrace().trace_id()));
  }
  for (const auto& entry : page->entries)
    text += Message(feed.codec().Encode(reader.tenant(), entry->place()), entry->type, entry->Json(feed.codec()));
  if (!page->entries.empty()) told = page->entries.back()->place();
  feed.NoteSent(FeedDoor::kSse, page->entries.size());
  return text;
}

bool EventStream::MayStay(const http::Request& request) {
  // A stream must not outlive its session. A database that cannot answer ends nothing.
  auto caller = Admit(request);
  return caller.ok() || Passes(caller.error());
}

void EventStream::Pump(http::Exchange& exchange, FeedReader& reader) {
  auto quiet_since = std::chrono::steady_clock::now();
  auto checked = quiet_since;
  FeedPlace told = reader.place();
  while (!exchange.Gone()) {
    auto text = Next(reader, told);
    if (!text.ok() && !Passes(text.error())) return;
    std::string out = text.ok() ? *std::move(text) : "";
    auto now = std::chrono::steady_clock::now();
    if (out.empty() && now - quiet_since >= calls_.times().heartbeat) {
      // An `id` alone moves the client's cursor past what the filter dropped, without an event.
      out = reader.place() == told ? ": heartbeat\n\n" : "id: " + reader.cursor() + "\n\n";
      told = reader.place();
    }
    if (!out.empty()) {
      if (!exchange.Write(out).ok()) return;
      quiet_since = now;
    }
    if (now - checked >= calls_.times().check_every) {
      if (!MayStay(exchange.request())) return;
      checked = now;
    }
  }
}

}  // namespace vefa::gateway
