#include "libs/otlp/encode.h"

#include <algorithm>

#include "libs/otlp/otlp.pb.h"

namespace vefa::otlp {
namespace {

constexpr int kStatusError = 2;
constexpr uint32_t kSampled = 1;

template <typename Bytes>
std::string Raw(const Bytes& bytes) {
  return std::string(bytes.begin(), bytes.end());
}

void Put(AnyValue& to, const std::string& value) { to.set_string_value(value); }
void Put(AnyValue& to, int64_t value) { to.set_int_value(value); }
void Put(AnyValue& to, bool value) { to.set_bool_value(value); }

void Fill(Span& to, const telemetry::SpanData& span) {
  to.set_trace_id(Raw(span.trace.id()));
  to.set_span_id(Raw(span.trace.span()));
  if (span.parent != telemetry::Trace::SpanId{}) to.set_parent_span_id(Raw(span.parent));
  to.set_name(span.name);
  to.set_kind(static_cast<int>(span.kind));
  to.set_start_time_unix_nano(static_cast<uint64_t>(span.start_nanos));
  to.set_end_time_unix_nano(static_cast<uint64_t>(span.end_nanos));
  to.set_flags(kSampled);
  for (const telemetry::Attribute& attribute : span.attributes) {
    KeyValue& pair = *to.add_attributes();
    pair.set_key(attribute.key);
    std::visit([&pair](const auto& value) { Put(*pair.mutable_value(), value); }, attribute.value);
  }
  for (const telemetry::Trace& link : span.links) {
    Span::Link& one = *to.add_links();
    one.set_trace_id(Raw(link.id()));
    one.set_span_id(Raw(link.span()));
    one.set_flags(link.sampled() ? kSampled : 0);
  }
  if (span.error.empty()) return;
  to.mutable_status()->set_code(kStatusError);
  to.mutable_status()->set_message(span.error);
  KeyValue& type = *to.add_attributes();
  type.set_key("error.type");
  Put(*type.mutable_value(), span.error);
}

}  // namespace

std::string Encode(const Pairs& resource, const telemetry::Tracer::Spans& spans) {
  ExportTraceServiceRequest request;
  ResourceSpans& all = *request.add_resource_spans();
  for (const auto& [key, value] : resource) {
    KeyValue& pair = *all.mutable_resource()->add_attributes();
    pair.set_key(key);
    pair.mutable_value()->set_string_value(value);
  }
  ScopeSpans& scope = *all.add_scope_spans();
  scope.mutable_scope()->set_name("vefa");
  scope.mutable_scope()->set_version(VEFA_VERSION);
  for (const auto& span : spans) Fill(*scope.add_spans(), *span);
  return request.SerializeAsString();
}

int64_t RejectedSpans(const std::string& answer) {
  ExportTraceServiceResponse response;
  if (!response.ParseFromString(answer)) return 0;
  return std::max<int64_t>(response.partial_success().rejected_spans(), 0);
}

}  // namespace vefa::otlp
