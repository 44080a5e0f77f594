#include "libs/events/event_span.h"

#include <algorithm>

#include "libs/telemetry/tracer.h"

namespace vefa::events {
namespace {

using telemetry::Span;
using telemetry::SpanKind;
using telemetry::Trace;

// Random bits of the event's id; at least one of them is set, because the id has its variant there.
Trace::SpanId PublishId(const Event& event) {
  Trace::SpanId id;
  std::copy(event.id.bytes.begin() + 8, event.id.bytes.end(), id.begin());
  return id;
}

void Describe(Span& span, const Event& event, std::string_view topic) {
  span.Set("messaging.system", "kafka");
  span.Set("messaging.destination.name", topic);
  span.Set("messaging.message.id", event.id.ToString());
  span.Set("vefa.event.type", event.type);
  span.Set("vefa.tenant", event.tenant.ToString());
}

}  // namespace

Span PublishSpan(const Event& event, const std::string& topic) {
  if (telemetry::PresentTracer() == nullptr) return {};
  Trace parent = Trace::Parse(event.traceparent);
  if (!parent.sampled()) return {};
  Span span = Span::Known(SpanKind::kProducer, parent, PublishId(event), "send " + topic);
  Describe(span, event, topic);
  return span;
}

std::vector<Span> ApplySpans::Of(const std::string& consumer, std::span<const Event> events) {
  std::vector<Span> spans;
  if (telemetry::PresentTracer() == nullptr) return spans;
  for (const Event& event : events) {
    Trace parent = Trace::Parse(event.traceparent);
    if (!parent.sampled()) continue;
    telemetry::TraceScope scope(parent);
    Span span = Span::Child(SpanKind::kConsumer, "process " + event.topic);
    Describe(span, event, event.topic);
    span.Set("messaging.consumer.group.name", consumer);
    span.Set("messaging.destination.partition.id", std::to_string(event.partition));
    span.Set("messaging.kafka.offset", event.offset);
    span.Set("messaging.batch.message_count", static_cast<int64_t>(events.size()));
    span.Link(parent.At(PublishId(event)));
    if (!spans.empty()) span.Link(spans.front().trace());
    spans.push_back(std::move(span));
  }
  return spans;
}

ApplySpans::ApplySpans(const std::string& consumer, std::span<const Event> events)
    : spans_(Of(consumer, events)), scope_(spans_.empty() ? Trace() : spans_.front().trace()) {}

void ApplySpans::Fail(std::string_view reason) {
  for (Span& span : spans_) span.Fail(reason);
}

}  // namespace vefa::events
