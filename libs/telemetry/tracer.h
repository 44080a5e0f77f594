#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/telemetry/metrics.h"
#include "libs/telemetry/span.h"

namespace vefa::telemetry {

// Which traces are recorded: OpenTelemetry's samplers, by their names.
class Sampler {
 public:
  // `always_on`, `always_off`, `traceidratio`, and each with `parentbased_` before it, which follows the caller's
  // decision where there is one. `argument` is the share of `traceidratio`, from 0 to 1; empty means 1.
  // INVALID_ARGUMENT `SAMPLER_UNKNOWN`, `SAMPLER_SHARE`.
  static Result<Sampler> Of(std::string_view name, const std::string& argument);
  bool Samples(const Trace& parent, const Trace& own) const;

 private:
  bool follows_parent_ = true;
  uint64_t below_ = 0;  // Of 2^63: traces whose lower bits are less.
};

// Decides what is recorded, and keeps what has ended until an exporter takes it. Bounded: what finds no room is dropped
// and counted, nobody waits. Thread-safe.
class Tracer {
 public:
  static constexpr size_t kQueueMax = 2048;

  Tracer(Sampler sampler, Metrics& metrics);

  bool Samples(const Trace& parent, const Trace& own) const { return sampler_.Samples(parent, own); }
  void Finish(std::unique_ptr<SpanData> span);

  using Spans = std::vector<std::unique_ptr<SpanData>>;
  // As soon as `most` are there, after `wait`, or when woken: at most `most`, the oldest first.
  Spans Take(size_t most, std::chrono::milliseconds wait);
  // Ends a Take that waits, or the next one.
  void Wake();

 private:
  const Sampler sampler_;
  Counter& dropped_;
  std::mutex mutex_;
  std::condition_variable ready_;
  Spans spans_;
  size_t wanted_ = kQueueMax;
  bool woken_ = false;
};

// `vefa_telemetry_dropped_total` of a reason.
Counter& DroppedSpans(Metrics& metrics, const std::string& reason);

// Where the spans of this process go; none while it records nothing. With the log's name and level the one global of
// the project: each line and each span would have to be handed its way otherwise.
Tracer* PresentTracer();

// Makes a tracer the process' own for as long as it lives. One at a time; spans that end later are lost.
class TracerScope {
 public:
  explicit TracerScope(Tracer& tracer);
  ~TracerScope();
  TracerScope(const TracerScope&) = delete;
  TracerScope& operator=(const TracerScope&) = delete;
};

}  // namespace vefa::telemetry
