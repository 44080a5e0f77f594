#include "libs/otlp/exporter.h"

#include "libs/base/backoff.h"
#include "libs/otlp/encode.h"
#include "libs/telemetry/log.h"

namespace vefa::otlp {
namespace {

using std::chrono::milliseconds;

// The answers after which OTLP lets a client try again.
bool MayTryAgain(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

}  // namespace

std::unique_ptr<Exporter> Exporter::Start(const Settings& settings, telemetry::Metrics& metrics, ExportTimes times) {
  return settings.on ? std::unique_ptr<Exporter>(new Exporter(settings, metrics, times)) : nullptr;
}

Exporter::Exporter(Settings settings, telemetry::Metrics& metrics, ExportTimes times)
    : settings_(std::move(settings)),
      times_(times),
      metrics_(metrics),
      exported_(metrics.AddCounter("vefa_telemetry_exported_total", "Spans that a collector took.", {{"signal", "traces"}})),
      tracer_(settings_.sampler, metrics),
      client_(settings_.collector),
      scope_(std::make_unique<telemetry::TracerScope>(tracer_)),
      loop_([this] { return Step(); }) {}

void Exporter::Stop() {
  if (stopping_.exchange(true)) return;
  // What ends from here on is lost; what ended before has one chance.
  scope_.reset();
  tracer_.Wake();
  loop_.Stop();
  if (!batch_.empty()) Drop("stopping", batch_.size());
  Deadline deadline = Deadline::After(times_.last_word);
  for (auto spans = tracer_.Take(kBatchMax, milliseconds(0)); !spans.empty(); spans = tracer_.Take(kBatchMax, milliseconds(0))) {
    Outcome outcome = deadline.Passed() ? Outcome::kAgain : Post(Encode(settings_.resource, spans), deadline.Left());
    if (outcome == Outcome::kTaken) exported_.Add(static_cast<double>(spans.size()));
    if (outcome != Outcome::kTaken) Drop("stopping", spans.size());
  }
}

milliseconds Exporter::Step() {
  if (batch_.empty()) {
    batch_ = tracer_.Take(kBatchMax, settings_.gather);
    if (batch_.empty()) return milliseconds(0);
    body_ = Encode(settings_.resource, batch_);
    tries_ = 0;
  }
  Outcome outcome = Post(body_, settings_.timeout);
  ++tries_;
  if (outcome == Outcome::kTaken) {
    exported_.Add(static_cast<double>(batch_.size()));
    if (!said_.empty()) telemetry::Info("the collector takes spans again", {{"after", said_}});
    said_.clear();
    batch_.clear();
    return milliseconds(0);
  }
  Say(reason_);
  if (outcome == Outcome::kAgain && tries_ < kTriesMax)
    // Spans gather meanwhile, as many as there is room for.
    return Backoff(tries_ - 1, times_.retry_first, times_.retry_longest, RandomShare());
  Drop(outcome == Outcome::kRefused ? "refused" : "unreachable", batch_.size());
  batch_.clear();
  return milliseconds(0);
}

Exporter::Outcome Exporter::Post(const std::string& body, milliseconds wait) {
  http::Request request;
  request.method = "POST";
  request.headers.Add("Content-Type", "application/x-protobuf");
  for (const auto& [name, value] : settings_.headers) request.headers.Add(name, value);
  request.body = body;
  auto answer = client_.Send(request, Deadline::After(wait));
  if (!answer.ok()) {
    reason_ = answer.error().reason;
    return Outcome::kAgain;
  }
  if (answer->status / 100 == 2) {
    int64_t rejected = RejectedSpans(answer->body);
    if (rejected > 0) Drop("rejected", static_cast<size_t>(rejected));
    return Outcome::kTaken;
  }
  reason_ = "HTTP_" + std::to_string(answer->status);
  return MayTryAgain(answer->status) ? Outcome::kAgain : Outcome::kRefused;
}

void Exporter::Drop(const std::string& reason, size_t spans) {
  telemetry::DroppedSpans(metrics_, reason).Add(static_cast<double>(spans));
}

// Each reason once, until the collector takes something again.
void Exporter::Say(const std::string& reason) {
  if (said_ == reason) return;
  said_ = reason;
  telemetry::Warn("the collector takes no spans; what finds no room is dropped",
                  {{"host", settings_.collector.address.host}, {"port", settings_.collector.address.port}, {"reason", reason}});
}

}  // namespace vefa::otlp
