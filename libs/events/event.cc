#include "libs/events/event.h"

#include <charconv>

#include "libs/base/text.h"

namespace vefa::events {
namespace {

Error Malformed(const char* header) {
  return {Code::kDataLoss, "EVENT_MALFORMED", std::string("The header ") + header + " is missing or malformed."};
}

// What events of release 0.1 do not carry, and what must agree with the key.
Status ReadOptional(const kafka::Message& message, Event& event) {
  if (message.header("ce_specversion") != "1.0") return Malformed("ce_specversion");
  // `/vefa/<service>/<incarnation>`
  const std::string& source = message.header("ce_source");
  size_t slash = source.find('/', 6);
  if (!source.starts_with("/vefa/")) return Malformed("ce_source");
  if (slash != std::string::npos) {
    auto incarnation = Uuid::Parse(source.substr(slash + 1));
    if (!incarnation.ok()) return Malformed("ce_source");
    event.incarnation = *incarnation;
  }
  const std::string& cause = message.header("ce_causationid");
  if (!cause.empty()) {
    auto causation = Uuid::Parse(cause);
    if (!causation.ok()) return Malformed("ce_causationid");
    event.causation_id = *causation;
  }
  if (message.key != event.tenant.ToString() + "/" + event.subject)
    return Error{Code::kDataLoss, "EVENT_KEY_FOREIGN", "The record's key is not the tenant and the subject it speaks of."};
  if (message.value.empty())
    return Error{Code::kDataLoss, "EVENT_EMPTY", "The record has no value; events are never deleted."};
  return Ok();
}

}  // namespace

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

Result<Event> FromMessage(kafka::Message message) {
  Event event;
  auto id = Uuid::Parse(message.header("ce_id"));
  if (!id.ok()) return Malformed("ce_id");
  auto tenant = Uuid::Parse(message.header("ce_tenantid"));
  if (!tenant.ok()) return Malformed("ce_tenantid");
  auto occur_time = ParseTime(message.header("ce_time"));
  if (!occur_time.ok()) return Malformed("ce_time");
  auto record_time = ParseTime(message.header("ce_recordedtime"));
  if (!record_time.ok()) return Malformed("ce_recordedtime");
  const std::string& version = message.header("ce_aggversion");
  auto [end, failed] = std::from_chars(version.data(), version.data() + version.size(), event.aggregate_version);
  if (failed != std::errc() || end != version.data() + version.size() || event.aggregate_version < 1)
    return Malformed("ce_aggversion");
  event.id = *id;
  event.tenant = *tenant;
  event.occur_time = *occur_time;
  event.record_time = *record_time;
  event.type = message.header("ce_type");
  event.subject = message.header("ce_subject");
  if (event.type.empty()) return Malformed("ce_type");
  if (event.subject.empty()) return Malformed("ce_subject");
  event.traceparent = message.header("traceparent");
  event.classification = message.header("ce_dataclassification");
  event.data_schema = message.header("ce_dataschema");
  VEFA_TRY_OK(ReadOptional(message, event));
  event.payload = std::move(message.value);
  event.topic = std::move(message.topic);
  event.partition = message.partition;
  event.offset = message.offset;
  return event;
}

}  // namespace vefa::events
