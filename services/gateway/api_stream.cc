#include <thread>

#include "libs/http/lines.h"
#include "services/gateway/api.h"
#include "services/gateway/json.h"
#include "services/gateway/problem.h"

// Bidirectional streams as NDJSON: a line of the request is a message, and so is a line of the answer.
namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

const http::Headers kNdjson{
    {"Content-Type", "application/x-ndjson"}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};

// Reads the client's lines and passes them on, until the body or the stream is over.
class Feeder {
 public:
  Feeder(http::Exchange& exchange, UpstreamStream& upstream, const pb::Descriptor& type)
      : exchange_(exchange), upstream_(upstream), type_(type) {}

  Status Run() {
    http::LineCutter cutter(kLineLimit);
    while (true) {
      VEFA_TRY(std::string bytes, exchange_.Read(Deadline::After(kStreamIdle)));
      cutter.Feed(bytes);
      while (true) {
        VEFA_TRY(std::optional<std::string> line, cutter.Next());
        if (!line) break;
        VEFA_TRY(bool open, Pass(*line));
        if (!open) return Ok();
      }
      if (!bytes.empty()) continue;
      VEFA_TRY([[maybe_unused]] bool open, Pass(cutter.TakeRest()));
      return Ok();
    }
  }

 private:
  // False when the service takes no more.
  Result<bool> Pass(const std::string& line) {
    ++line_;
    if (line.find_first_not_of(" \t") == std::string::npos) return true;
    std::unique_ptr<pb::Message> message = NewMessage(type_);
    Status read = ReadJson(line, "", *message);
    if (!read.ok()) {
      Error error = std::move(read).error();
      error.metadata["line"] = std::to_string(line_);
      error.message = "Line " + std::to_string(line_) + ": " + error.message;
      return error;
    }
    return upstream_.Write(*message);
  }

  http::Exchange& exchange_;
  UpstreamStream& upstream_;
  const pb::Descriptor& type_;
  int64_t line_ = 0;
};

}  // namespace

void Api::Stream(const RouteTable::Match& match, http::Exchange& exchange) const {
  auto start = std::chrono::steady_clock::now();
  telemetry::Span span = BeginSpan(exchange.request(), match.binding->pattern);
  telemetry::TraceScope trace(span.trace());
  const std::string trace_id = span.trace().trace_id();
  bool begun = false;
  Status status = RunStream(match, exchange, begun);
  const Error* error = status.ok() ? nullptr : &status.error();
  // Before the first answer an error is a status of its own; after it, the last line.
  if (error != nullptr && !begun) {
    http::Response problem = ProblemResponse(*error, trace_id);
    if (exchange.Begin(problem.status, problem.headers).ok()) static_cast<void>(exchange.Write(problem.body).ok());
  } else if (error != nullptr) {
    static_cast<void>(exchange.Write("{\"error\":" + ProblemJson(*error, trace_id) + "}\n").ok());
  } else if (!begun) {
    static_cast<void>(exchange.Begin(200, kNdjson).ok());
  }
  Finished(match.binding->pattern, error == nullptr ? 200 : HttpStatus(*error), start, error, std::move(span));
}

Status Api::RunStream(const RouteTable::Match& match, http::Exchange& exchange, bool& begun) const {
  const pb::MethodDescriptor& rpc = *match.binding->rpc;
  VEFA_TRY(Deadline deadline, DeadlineOf(exchange.request(), kStreamTimeout, kStreamTimeout));
  VEFA_TRY(std::optional<Caller> caller, Admit(*match.binding, exchange.request(), deadline));
  Upstream& service = *upstreams_.at(rpc.service()->full_name());
  std::unique_ptr<UpstreamStream> upstream = service.Open(rpc, {Sign(caller), deadline});
  Status fed = Ok();
  std::thread feeder([&, trace = telemetry::CurrentTrace(), tenant = telemetry::CurrentTenant()] {
    telemetry::TraceScope scope(trace, tenant);
    fed = Feeder(exchange, *upstream, *rpc.input_type()).Run();
    // A client that is gone wants nothing more done; a line that is wrong leaves what was right.
    if (!fed.ok() && fed.error().reason == "PEER_GONE") upstream->Cancel();
    upstream->WritesDone();
  });
  Status written = Ok();
  std::unique_ptr<pb::Message> answer = NewMessage(*rpc.output_type());
  while (written.ok() && upstream->Read(*answer)) {
    auto line = WriteJson(*answer);
    written = line.ok() ? Ok() : Status(line.error());
    if (written.ok() && !begun) {
      written = exchange.Begin(200, kNdjson);
      begun = true;
    }
    if (written.ok()) written = exchange.Write(*line + "\n");
    answer->Clear();
  }
  if (!written.ok()) {
    upstream->Cancel();
    exchange.Cut();
  }
  // When the service ended first, the feeder may still wait for the client's next bytes.
  exchange.EndReading();
  feeder.join();
  Status ended = upstream->Finish();
  if (!fed.ok() && fed.error().reason != "READING_ENDED") return fed;
  return ended.ok() ? written : ended;
}

}  // namespace vefa::gateway
