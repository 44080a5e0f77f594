#include "libs/telemetry/trace.h"

#include <algorithm>
#include <utility>

#include "libs/base/id.h"
#include "libs/base/text.h"

namespace vefa::telemetry {
namespace {

thread_local Trace current;

std::string RandomHex(size_t bytes) {
  std::string data(bytes, '\0');
  RandomBytes(reinterpret_cast<uint8_t*>(data.data()), bytes);
  return ToHex(data);
}

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

Trace Trace::New() {
  Trace trace;
  trace.trace_id_ = RandomHex(16);
  trace.span_id_ = RandomHex(8);
  return trace;
}

Trace Trace::Parse(std::string_view text) {
  Trace trace;
  if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-') return trace;
  std::string_view trace_id = text.substr(3, 32);
  std::string_view span_id = text.substr(36, 16);
  if (!IsLowerHex(trace_id) || !IsLowerHex(span_id) || IsZero(trace_id) || IsZero(span_id)) return trace;
  trace.trace_id_ = trace_id;
  trace.span_id_ = span_id;
  return trace;
}

Trace Trace::Child() const {
  if (!valid()) return New();
  Trace child = *this;
  child.span_id_ = RandomHex(8);
  return child;
}

std::string Trace::traceparent() const { return valid() ? "00-" + trace_id_ + "-" + span_id_ + "-01" : ""; }

const Trace& CurrentTrace() { return current; }

TraceScope::TraceScope(Trace trace) : outer_(std::exchange(current, std::move(trace))) {}
TraceScope::~TraceScope() { current = std::move(outer_); }

}  // namespace vefa::telemetry
