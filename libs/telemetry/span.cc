#include "libs/telemetry/span.h"

#include "libs/base/clock.h"
#include "libs/telemetry/tracer.h"

namespace vefa::telemetry {
namespace {

int64_t Nanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(SystemClock().Now().time_since_epoch()).count();
}

}  // namespace

Span Span::Begin(SpanKind kind, const Trace& parent, std::string_view name) {
  const Tracer* tracer = PresentTracer();
  // Nobody records here: what the caller says goes on as it is.
  if (tracer == nullptr) return Span(parent.valid() ? parent : Trace::New());
  Trace own = parent.Child();
  if (tracer->Samples(parent, own)) return Record(kind, parent, own.Sampled(true), name);
  return Span((parent.valid() ? parent : own).Sampled(false));
}

Span Span::Child(SpanKind kind, std::string_view name) {
  const Trace& parent = CurrentTrace();
  if (!parent.sampled() || PresentTracer() == nullptr) return Span(parent);
  return Record(kind, parent, parent.Child(), name);
}

Span Span::Known(SpanKind kind, const Trace& parent, const Trace::SpanId& id, std::string_view name) {
  if (!parent.sampled() || PresentTracer() == nullptr) return Span(parent);
  return Record(kind, parent, parent.At(id), name);
}

Span Span::Record(SpanKind kind, const Trace& parent, const Trace& own, std::string_view name) {
  Span span(own);
  span.data_ = std::make_unique<SpanData>();
  span.data_->trace = own;
  if (parent.valid()) span.data_->parent = parent.span();
  span.data_->kind = kind;
  span.data_->name = name;
  span.data_->start_nanos = Nanos();
  return span;
}

Span& Span::operator=(Span&& other) noexcept {
  End();
  trace_ = other.trace_;
  data_ = std::move(other.data_);
  return *this;
}

void Span::Set(const char* key, std::string_view value) {
  if (data_ != nullptr) data_->attributes.push_back({key, std::string(value)});
}
void Span::Set(const char* key, int64_t value) {
  if (data_ == nullptr) return;
  Attribute& added = data_->attributes.emplace_back();
  added.key = key;
  added.value = value;
}
void Span::Link(const Trace& other) {
  if (data_ != nullptr && data_->links.size() < kLinksMax) data_->links.push_back(other);
}
void Span::Fail(std::string_view reason) {
  if (data_ != nullptr) data_->error = reason;
}

void Span::Finish() {
  data_->end_nanos = std::max(Nanos(), data_->start_nanos);
  if (Tracer* tracer = PresentTracer()) tracer->Finish(std::move(data_));
  data_.reset();
}

}  // namespace vefa::telemetry
