#pragma once

#include <string>
#include <string_view>

namespace vefa::telemetry {

// A W3C trace context (https://www.w3.org/TR/trace-context/), version 00.
class Trace {
 public:
  Trace() = default;  // Not valid: belongs to no trace.
  // A new trace.
  static Trace New();
  // The caller's context; not valid when the header is malformed.
  static Trace Parse(std::string_view traceparent);
  // The same trace, a new span.
  Trace Child() const;

  bool valid() const { return !trace_id_.empty(); }
  const std::string& trace_id() const { return trace_id_; }
  // The header's value, "" when not valid.
  std::string traceparent() const;

 private:
  std::string trace_id_;  // 32 lower-case hexadecimal digits
  std::string span_id_;   // 16 of them
};

// The trace the calling thread works for.
const Trace& CurrentTrace();

// Makes a trace the thread's current one for as long as it lives.
class TraceScope {
 public:
  explicit TraceScope(Trace trace);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  Trace outer_;
};

}  // namespace vefa::telemetry
