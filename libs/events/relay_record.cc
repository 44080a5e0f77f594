#include "libs/events/relay_record.h"

#include <charconv>

#include "libs/base/text.h"

namespace vefa::events {
namespace {

// Larger than all headers of an event, so that a record is built without growing.
constexpr size_t kHeadersMax = 16;

void SetNumber(std::string& text, int64_t number) {
  char digits[24];
  auto [end, failed] = std::to_chars(digits, digits + sizeof digits, number);
  text.assign(digits, end);
}

}  // namespace

RecordWriter::RecordWriter(const Source& source)
    : source_name_(SourceName(source.service, source.incarnation)),
      schema_(source.schema_uri.empty() ? source.data_schema : source.schema_uri) {
  record_.topic = source.topic;
  record_.headers.reserve(kHeadersMax);
}

// The value of the next header; its name stands there already unless the event before had others.
std::string& RecordWriter::Next(std::string_view name) {
  if (used_ == record_.headers.size()) record_.headers.emplace_back();
  auto& [at, value] = record_.headers[used_++];
  if (at != name) at.assign(name);
  return value;
}

const kafka::Record& RecordWriter::Write(const Event& event) {
  used_ = 0;
  std::string tenant = event.tenant.ToString();
  record_.key.assign(tenant).append("/").append(event.subject);
  record_.value.assign(event.payload);
  Next("ce_specversion").assign("1.0");
  Next("ce_id") = event.id.ToString();
  Next("ce_source").assign(source_name_);
  Next("ce_type").assign(event.type);
  Next("ce_subject").assign(event.subject);
  Next("ce_time") = ToRfc3339(event.occur_time);
  Next("ce_partitionkey").assign(record_.key);
  Next("ce_dataschema").assign(schema_);
  Next("ce_recordedtime") = ToRfc3339(event.record_time);
  SetNumber(Next("ce_aggversion"), event.aggregate_version);
  Next("ce_tenantid") = std::move(tenant);
  Next("ce_dataclassification").assign(event.classification.empty() ? "pseudonymous" : event.classification);
  Next("content-type").assign("application/protobuf");
  std::string correlation = CorrelationOf(event.traceparent);
  if (!correlation.empty()) Next("ce_correlationid") = std::move(correlation);
  if (!event.causation_id.is_nil()) Next("ce_causationid") = event.causation_id.ToString();
  if (!event.traceparent.empty()) Next("traceparent").assign(event.traceparent);
  record_.headers.resize(used_);
  return record_;
}

}  // namespace vefa::events
