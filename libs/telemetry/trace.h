#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/id.h"

namespace vefa::telemetry {

// A W3C trace context (https://www.w3.org/TR/trace-context/), version 00: ids and whether the trace is recorded. A value
// without memory of its own, because every call has one.
class Trace {
 public:
  using Id = std::array<uint8_t, 16>;
  using SpanId = std::array<uint8_t, 8>;

  constexpr Trace() = default;  // Not valid: belongs to no trace.
  // A new trace, not recorded.
  static Trace New();
  // The caller's context; not valid when the header is malformed.
  static Trace Parse(std::string_view traceparent);
  // The same trace, a new span.
  Trace Child() const;
  // The same trace, that span.
  Trace At(const SpanId& span) const;
  Trace Sampled(bool sampled) const;

  bool valid() const { return trace_ != Id{}; }
  // Whether somebody records it.
  bool sampled() const { return sampled_; }
  const Id& id() const { return trace_; }
  const SpanId& span() const { return span_; }
  // 32 lower-case hexadecimal digits, "" when not valid.
  std::string trace_id() const;
  // 16 of them, likewise.
  std::string span_id() const;
  // The header's value, "" when not valid.
  std::string traceparent() const;

 private:
  Id trace_{};
  SpanId span_{};
  bool sampled_ = false;
};

// The trace the calling thread works for.
const Trace& CurrentTrace();
// The tenant it works for; nil when nobody said.
const Uuid& CurrentTenant();
// Says so, until the innermost TraceScope ends.
void NoteTenant(const Uuid& tenant);

// Makes a trace, and a tenant, the thread's current ones for as long as it lives: log lines and spans below carry them.
class TraceScope {
 public:
  explicit TraceScope(const Trace& trace, const Uuid& tenant = Uuid());
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  const Trace outer_;
  const Uuid outer_tenant_;
};

}  // namespace vefa::telemetry
