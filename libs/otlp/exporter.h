#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "libs/http/client.h"
#include "libs/otlp/settings.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "libs/telemetry/tracer.h"

namespace vefa::otlp {

// How the exporter waits; tests wait less.
struct ExportTimes {
  std::chrono::milliseconds retry_first{500};  // Between attempts, doubled each time.
  std::chrono::milliseconds retry_longest{5000};
  std::chrono::milliseconds last_word{2000};  // For what is left at the end.
};

// Sends a process' spans to a collector, from a thread of its own, by OTLP over HTTP. A collector that is away, slow or
// unwilling costs spans, which are counted, and nothing else. Owned by the frame of the process, before everything that
// makes spans.
class Exporter {
 public:
  static constexpr size_t kBatchMax = 512;
  static constexpr int kTriesMax = 5;

  // Null when traces are off.
  static std::unique_ptr<Exporter> Start(const Settings& settings, telemetry::Metrics& metrics, ExportTimes times = {});
  ~Exporter() { Stop(); }

  // Waits for an attempt under way, and sends once what is left, within a moment. Idempotent.
  void Stop();

 private:
  Exporter(Settings settings, telemetry::Metrics& metrics, ExportTimes times);
  std::chrono::milliseconds Step();
  // What became of one attempt.
  enum class Outcome { kTaken, kAgain, kRefused };
  Outcome Post(const std::string& body, std::chrono::milliseconds wait);
  void Drop(const std::string& reason, size_t spans);
  void Say(const std::string& reason);

  const Settings settings_;
  const ExportTimes times_;
  telemetry::Metrics& metrics_;
  telemetry::Counter& exported_;
  telemetry::Tracer tracer_;
  http::Client client_;
  telemetry::Tracer::Spans batch_;  // Under way, with its body and how often it was tried.
  std::string body_;
  int tries_ = 0;
  std::string reason_;  // Why the last attempt failed.
  std::string said_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<telemetry::TracerScope> scope_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::otlp
