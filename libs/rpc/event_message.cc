#include "libs/rpc/event_message.h"

#include "libs/events/catalog.h"
#include "libs/rpc/time.h"

namespace vefa::rpc {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/";
constexpr std::string_view kSourcePrefix = "/vefa/";

Error Malformed(const char* field) {
  return {Code::kDataLoss, "EVENT_MALFORMED", std::string("The field ") + field + " is missing or malformed."};
}

// `/vefa/<service>[/<incarnation>]`
Result<Uuid> IncarnationOf(const std::string& source) {
  if (!source.starts_with(kSourcePrefix)) return Malformed("source");
  size_t slash = source.find('/', kSourcePrefix.size());
  if (slash == std::string::npos) return Uuid();
  auto incarnation = Uuid::Parse(source.substr(slash + 1));
  if (!incarnation.ok()) return Malformed("source");
  return *incarnation;
}

}  // namespace

event::v1::Event EventToProto(const events::Event& event, const events::Source& source) {
  event::v1::Event proto;
  proto.set_id(event.id.ToString());
  proto.set_type(event.type);
  proto.set_source(events::SourceName(source.service, event.incarnation));
  proto.set_subject(event.subject);
  proto.set_aggregate_version(event.aggregate_version);
  proto.set_tenant_id(event.tenant.ToString());
  *proto.mutable_occur_time() = ToProto(event.occur_time);
  *proto.mutable_record_time() = ToProto(event.record_time);
  proto.set_topic(event.topic);
  proto.set_partition(event.partition);
  proto.set_offset(event.offset);
  // The bytes as they were recorded: what this build does not know of them is kept.
  proto.mutable_payload()->set_type_url(kTypePrefix + source.data_schema);
  proto.mutable_payload()->set_value(event.payload);
  std::string classification = event.classification;
  if (classification.empty() && source.catalog != nullptr) classification = source.catalog->ClassificationOf(event.type);
  proto.set_data_classification(classification.empty() ? "pseudonymous" : classification);
  proto.set_correlation_id(events::CorrelationOf(event.traceparent));
  if (!event.causation_id.is_nil()) proto.set_causation_id(event.causation_id.ToString());
  proto.set_traceparent(event.traceparent);
  proto.set_data_schema(!event.data_schema.empty()    ? event.data_schema
                        : !source.schema_uri.empty() ? source.schema_uri
                                                     : source.data_schema);
  return proto;
}

Result<events::Event> EventFromProto(const event::v1::Event& proto) {
  events::Event event;
  auto id = Uuid::Parse(proto.id());
  if (!id.ok()) return Malformed("id");
  auto tenant = Uuid::Parse(proto.tenant_id());
  if (!tenant.ok()) return Malformed("tenant_id");
  if (proto.type().empty()) return Malformed("type");
  if (proto.subject().empty()) return Malformed("subject");
  if (proto.aggregate_version() < 1) return Malformed("aggregate_version");
  if (!proto.has_occur_time()) return Malformed("occur_time");
  if (!proto.has_record_time()) return Malformed("record_time");
  if (proto.payload().value().empty()) return Malformed("payload");
  VEFA_TRY(event.incarnation, IncarnationOf(proto.source()));
  if (!proto.causation_id().empty()) {
    auto cause = Uuid::Parse(proto.causation_id());
    if (!cause.ok()) return Malformed("causation_id");
    event.causation_id = *cause;
  }
  event.id = *id;
  event.tenant = *tenant;
  event.type = proto.type();
  event.subject = proto.subject();
  event.aggregate_version = proto.aggregate_version();
  event.occur_time = FromProto(proto.occur_time());
  event.record_time = FromProto(proto.record_time());
  event.traceparent = proto.traceparent();
  event.classification = proto.data_classification();
  event.data_schema = proto.data_schema();
  event.payload = proto.payload().value();
  event.topic = proto.topic();
  event.partition = proto.partition();
  event.offset = proto.offset();
  return event;
}

}  // namespace vefa::rpc
