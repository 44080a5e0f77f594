#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/telemetry/trace.h"

namespace vefa::telemetry {

// As OTLP numbers them.
enum class SpanKind : uint8_t { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };

// What is said of a span: a constant key; names, counts and codes, never what a person or a statement was given.
struct Attribute {
  const char* key = nullptr;
  std::variant<std::string, int64_t, bool> value;
};

// A span that is recorded, as it is exported.
struct SpanData {
  Trace trace;
  Trace::SpanId parent{};  // All zeros: it is the first of its trace.
  SpanKind kind = SpanKind::kInternal;
  std::string name;
  int64_t start_nanos = 0;  // Since 1970.
  int64_t end_nanos = 0;
  std::vector<Attribute> attributes;
  std::vector<Trace> links;
  std::string error;  // A reason such as AT_CAPACITY; empty: it did not fail.
};

// One piece of work of a trace, from its making until End. Unless it is recorded it is only its trace: nothing is
// allocated, no lock taken, no clock read. Moves with the work; used by one thread at a time.
class Span {
 public:
  // The most links of one span.
  static constexpr size_t kLinksMax = 128;

  Span() = default;  // Of no trace.
  // Goes on from `parent`, or begins a trace where that is not valid; the sampler says whether it is recorded.
  static Span Begin(SpanKind kind, const Trace& parent, std::string_view name);
  // Below what the calling thread works for; recorded if and only if that is. Not recorded it is of that same trace.
  static Span Child(SpanKind kind, std::string_view name);
  // As Begin, with an id that others can know; recorded if and only if `parent` is.
  static Span Known(SpanKind kind, const Trace& parent, const Trace::SpanId& id, std::string_view name);
  // Of `parent`'s trace or a new one, for work that is no span of its own.
  static Span Unrecorded(const Trace& parent) { return Span((parent.valid() ? parent : Trace::New()).Sampled(false)); }
  ~Span() { End(); }
  Span(Span&&) noexcept = default;
  Span& operator=(Span&& other) noexcept;

  // What goes on from here carries this.
  const Trace& trace() const { return trace_; }
  bool recording() const { return data_ != nullptr; }
  const std::string& name() const { return data_->name; }  // Only while recording.

  // Without effect unless it is recorded.
  void Set(const char* key, std::string_view value);
  void Set(const char* key, int64_t value);
  void Link(const Trace& other);
  void Fail(std::string_view reason);
  // Hands it to the exporter. Idempotent.
  void End() {
    if (data_ != nullptr) Finish();
  }

 private:
  explicit Span(const Trace& trace) : trace_(trace) {}
  static Span Record(SpanKind kind, const Trace& parent, const Trace& own, std::string_view name);
  void Finish();

  Trace trace_;
  std::unique_ptr<SpanData> data_;
};

}  // namespace vefa::telemetry
