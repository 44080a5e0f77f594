#include "libs/events/event.h"

#include "libs/base/text.h"

namespace vefa::events {

// The trace id: `00-<trace>-<span>-<flags>`.
std::string CorrelationOf(const std::string& traceparent) {
  return traceparent.size() == 55 ? traceparent.substr(3, 32) : "";
}

std::string SourceName(const std::string& service, const Uuid& incarnation) {
  std::string text = "/vefa/" + service;
  return incarnation.is_nil() ? text : text + "/" + incarnation.ToString();
}

kafka::Record ToRecord(const Event& event, const Source& source) {
  kafka::Record record;
  record.topic = source.topic;
  record.key = event.tenant.ToString() + "/" + event.subject;
  record.value = event.payload;
  record.headers = {{"ce_specversion", "1.0"},
                    {"ce_id", event.id.ToString()},
                    {"ce_source", SourceName(source.service, source.incarnation)},
                    {"ce_type", event.type},
                    {"ce_subject", event.subject},
                    {"ce_time", ToRfc3339(event.occur_time)},
                    {"ce_partitionkey", record.key},
                    {"ce_dataschema", source.schema_uri.empty() ? source.data_schema : source.schema_uri},
                    {"ce_recordedtime", ToRfc3339(event.record_time)},
                    {"ce_aggversion", std::to_string(event.aggregate_version)},
                    {"ce_tenantid", event.tenant.ToString()},
                    {"ce_dataclassification", event.classification.empty() ? "pseudonymous" : event.classification},
                    {"content-type", "application/protobuf"}};
  std::string correlation = CorrelationOf(event.traceparent);
  if (!correlation.empty()) record.headers.emplace_back("ce_correlationid", correlation);
  if (!event.causation_id.is_nil()) record.headers.emplace_back("ce_causationid", event.causation_id.ToString());
  if (!event.traceparent.empty()) record.headers.emplace_back("traceparent", event.traceparent);
  return record;
}

}  // namespace vefa::events
