// From a record to an event: every header is looked at once.
#include <array>
#include <charconv>

#include "libs/base/text.h"
#include "libs/events/event.h"

namespace vefa::events {
namespace {

// Longer than any of ours; what a foreign producer says must still fit into columns and index rows.
constexpr size_t kSubjectMax = 512;
constexpr size_t kTextMax = 1024;
// Beyond all counting, and far from where adding one would overflow.
constexpr int64_t kVersionMax = 1'000'000'000'000'000;

enum Field { kSpecVersion, kId, kSource, kType, kSubject, kTime, kRecordedTime, kVersion, kTenant, kSchema,
             kClassification, kCausation, kTraceparent, kFields };
constexpr std::array<std::string_view, kFields> kNames = {
    "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_recordedtime", "ce_aggversion",
    "ce_tenantid", "ce_dataschema", "ce_dataclassification", "ce_causationid", "traceparent"};
using Fields = std::array<std::string_view, kFields>;

Error Malformed(Field field) {
  return {Code::kDataLoss, "EVENT_MALFORMED",
          "The header " + std::string(kNames[field]) + " is missing or malformed."};
}

// Of a header that is there twice, the first counts.
Fields Collect(const kafka::Headers& headers) {
  Fields fields;
  for (const auto& [name, value] : headers) {
    for (size_t i = 0; i < kFields; ++i) {
      if (name != kNames[i]) continue;
      if (fields[i].data() == nullptr) fields[i] = value;
      break;
    }
  }
  return fields;
}

// The service of `vefa.<service>.v1`; empty for any other topic.
std::string_view OwnerOf(std::string_view topic) {
  if (!topic.starts_with("vefa.") || !topic.ends_with(".v1") || topic.size() < 9) return {};
  std::string_view service = topic.substr(5, topic.size() - 8);
  return service.find('.') == std::string_view::npos ? service : std::string_view();
}

// `/vefa/<service>/<incarnation>`; events of release 0.1 end after the service.
Status ReadSource(std::string_view source, std::string_view topic, Event& event) {
  if (!source.starts_with("/vefa/")) return Malformed(kSource);
  source.remove_prefix(6);
  size_t slash = source.find('/');
  std::string_view service = source.substr(0, slash);
  if (service.empty()) return Malformed(kSource);
  if (slash != std::string_view::npos) {
    auto incarnation = Uuid::Parse(source.substr(slash + 1));
    if (!incarnation.ok()) return Malformed(kSource);
    event.incarnation = *incarnation;
  }
  std::string_view owner = OwnerOf(topic);
  if (!owner.empty() && owner != service)
    return Error{Code::kDataLoss, "EVENT_SOURCE_FOREIGN", "The record was written by a service that does not own the topic."};
  return Ok();
}

Status ReadIds(const Fields& fields, Event& event) {
  auto id = Uuid::Parse(fields[kId]);
  if (!id.ok() || id->is_nil()) return Malformed(kId);
  auto tenant = Uuid::Parse(fields[kTenant]);
  if (!tenant.ok() || tenant->is_nil()) return Malformed(kTenant);
  event.id = *id;
  event.tenant = *tenant;
  if (fields[kCausation].empty()) return Ok();
  auto causation = Uuid::Parse(fields[kCausation]);
  if (!causation.ok()) return Malformed(kCausation);
  event.causation_id = *causation;
  return Ok();
}

Status ReadNumbers(const Fields& fields, Event& event) {
  auto occur_time = ParseTime(fields[kTime]);
  if (!occur_time.ok()) return Malformed(kTime);
  auto record_time = ParseTime(fields[kRecordedTime]);
  if (!record_time.ok()) return Malformed(kRecordedTime);
  event.occur_time = *occur_time;
  event.record_time = *record_time;
  std::string_view text = fields[kVersion];
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), event.aggregate_version);
  bool whole = failed == std::errc() && end == text.data() + text.size();
  if (!whole || event.aggregate_version < 1 || event.aggregate_version > kVersionMax) return Malformed(kVersion);
  return Ok();
}

Status ReadTexts(const Fields& fields, Event& event) {
  for (Field field : {kType, kSubject, kSchema, kClassification, kTraceparent})
    if (fields[field].size() > kTextMax || !IsUtf8(fields[field])) return Malformed(field);
  if (fields[kType].empty()) return Malformed(kType);
  if (fields[kSubject].empty() || fields[kSubject].size() > kSubjectMax) return Malformed(kSubject);
  event.type = fields[kType];
  event.subject = fields[kSubject];
  event.data_schema = fields[kSchema];
  event.classification = fields[kClassification];
  event.traceparent = fields[kTraceparent];
  return Ok();
}

bool IsKeyOf(std::string_view key, const Event& event) {
  return key.size() == 37 + event.subject.size() && key.substr(37) == event.subject && key[36] == '/' &&
         key.substr(0, 36) == event.tenant.ToString();
}

}  // namespace

Result<Event> TakeEvent(kafka::Message& message) {
  Event event;
  Fields fields = Collect(message.headers);
  if (fields[kSpecVersion] != "1.0") return Malformed(kSpecVersion);
  VEFA_TRY_OK(ReadIds(fields, event));
  VEFA_TRY_OK(ReadNumbers(fields, event));
  VEFA_TRY_OK(ReadTexts(fields, event));
  VEFA_TRY_OK(ReadSource(fields[kSource], message.topic, event));
  if (!IsKeyOf(message.key, event))
    return Error{Code::kDataLoss, "EVENT_KEY_FOREIGN", "The record's key is not the tenant and the subject it speaks of."};
  if (message.value.empty())
    return Error{Code::kDataLoss, "EVENT_EMPTY", "The record has no value; events are never deleted."};
  event.payload = std::move(message.value);
  event.topic = message.topic;
  event.partition = message.partition;
  event.offset = message.offset;
  return event;
}

Result<Event> FromMessage(kafka::Message message) { return TakeEvent(message); }

}  // namespace vefa::events
