#include "services/gateway/feed/envelope.h"

#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/time_util.h>
#include <google/protobuf/wrappers.pb.h>

#include "libs/base/text.h"
#include "services/gateway/json.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";

// `vefa.contact.v1` is the topic of `/vefa/contact`.
std::string SourceOf(const events::Event& event) {
  size_t dot = event.topic.find('.');
  std::string source = "/vefa/" + event.topic.substr(dot + 1, event.topic.find('.', dot + 1) - dot - 1);
  return event.incarnation.is_nil() ? source : source + "/" + event.incarnation.ToString();
}

// The payload with the fields of its type; empty when it would lose what only a later release knows.
std::string KnownJson(const pb::Any& payload) {
  std::string_view url = payload.type_url();
  if (!url.starts_with(kTypePrefix)) return "";
  const pb::Descriptor* type =
      pb::DescriptorPool::generated_pool()->FindMessageTypeByName(std::string(url.substr(kTypePrefix.size())));
  if (type == nullptr) return "";
  std::unique_ptr<pb::Message> message = NewMessage(*type);
  if (!message->ParseFromString(payload.value())) return "";
  if (!message->GetReflection()->GetUnknownFields(*message).empty()) return "";
  auto json = WriteJson(payload);
  return json.ok() ? *std::move(json) : "";
}

std::string OpaqueJson(const pb::Any& payload) {
  pb::StringValue type;
  pb::BytesValue value;
  type.set_value(payload.type_url());
  value.set_value(payload.value());
  auto type_json = WriteJson(type);
  auto value_json = WriteJson(value);
  VEFA_CHECK(type_json.ok() && value_json.ok());
  return "{\"@type\":" + *type_json + ",\"value\":" + *value_json + "}";
}

}  // namespace

Status CheckWritable(const events::Event& event) {
  for (const std::string& text :
       {event.type, event.subject, event.classification, event.traceparent, event.data_schema})
    if (!IsUtf8(text)) return InvalidArgument("EVENT_NOT_UTF8", "A header of the event is not UTF-8.");
  for (Time time : {event.occur_time, event.record_time}) {
    auto since_1970 = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    if (since_1970 <= pb::util::TimeUtil::kTimestampMinSeconds || since_1970 >= pb::util::TimeUtil::kTimestampMaxSeconds)
      return InvalidArgument("EVENT_TIME_RANGE", "A time of the event is not of the years 1 to 9999.");
  }
  return Ok();
}

std::string ClassificationOf(const events::Event& event) {
  return event.classification.empty() ? "pseudonymous" : event.classification;
}

std::string_view MessageNameOf(std::string_view data_schema) {
  std::string_view name = data_schema.substr(data_schema.rfind('/') + 1);
  return name.substr(0, name.find('@'));
}

event::v1::Event ToEnvelope(const events::Event& event) {
  using pb::util::TimeUtil;
  event::v1::Event out;
  out.set_id(event.id.ToString());
  out.set_type(event.type);
  out.set_source(SourceOf(event));
  out.set_subject(event.subject);
  out.set_aggregate_version(event.aggregate_version);
  out.set_tenant_id(event.tenant.ToString());
  *out.mutable_occur_time() = TimeUtil::MicrosecondsToTimestamp(event.occur_time.time_since_epoch().count());
  *out.mutable_record_time() = TimeUtil::MicrosecondsToTimestamp(event.record_time.time_since_epoch().count());
  out.set_topic(event.topic);
  out.set_partition(event.partition);
  out.set_offset(event.offset);
  out.mutable_payload()->set_type_url(std::string(kTypePrefix) + std::string(MessageNameOf(event.data_schema)));
  out.mutable_payload()->set_value(event.payload);
  out.set_data_classification(ClassificationOf(event));
  out.set_correlation_id(events::CorrelationOf(event.traceparent));
  if (!event.causation_id.is_nil()) out.set_causation_id(event.causation_id.ToString());
  out.set_traceparent(event.traceparent);
  out.set_data_schema(event.data_schema);
  return out;
}

std::string EventJson(const event::v1::Event& event) {
  event::v1::Event bare = event;
  bare.clear_payload();
  auto written = WriteJson(bare);
  // CheckWritable keeps such events out of the feed.
  std::string json = written.ok() ? *std::move(written) : "{}";
  if (!event.has_payload() || !written.ok()) return json;
  std::string payload = KnownJson(event.payload());
  json.pop_back();
  return json + ",\"payload\":" + (payload.empty() ? OpaqueJson(event.payload()) : payload) + "}";
}

}  // namespace vefa::gateway
