#include "libs/events/event.h"

#include <charconv>

#include "libs/base/text.h"

namespace vefa::events {
namespace {

Error Malformed(const char* header) {
  return {Code::kDataLoss, "EVENT_MALFORMED", std::string("The header ") + header + " is missing or malformed."};
}

}  // namespace

kafka::Record ToRecord(const Event& event, const Source& source) {
  kafka::Record record;
  record.topic = source.topic;
  record.key = event.tenant.ToString() + "/" + event.subject;
  record.value = event.payload;
  record.headers = {{"ce_specversion", "1.0"},
                    {"ce_id", event.id.ToString()},
                    {"ce_source", "/vefa/" + source.service},
                    {"ce_type", event.type},
                    {"ce_subject", event.subject},
                    {"ce_time", ToRfc3339(event.occur_time)},
                    {"ce_dataschema", source.data_schema},
                    {"ce_recordedtime", ToRfc3339(event.record_time)},
                    {"ce_aggversion", std::to_string(event.aggregate_version)},
                    {"ce_tenantid", event.tenant.ToString()},
                    {"ce_dataclassification", "pseudonymous"},
                    {"content-type", "application/protobuf"}};
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
  event.payload = std::move(message.value);
  event.topic = std::move(message.topic);
  event.partition = message.partition;
  event.offset = message.offset;
  return event;
}

}  // namespace vefa::events
