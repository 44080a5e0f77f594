#include "libs/base/text.h"
#include "libs/catalog/documents.h"

namespace vefa::catalog {
namespace {

namespace pb = google::protobuf;

constexpr int kPartitions = 24;

Json Schema(const pb::FieldDescriptor* field);

// One value as the protobuf JSON mapping writes it.
Json ValueSchema(const pb::FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32: return {{"type", "integer"}, {"format", "int32"}};
    case pb::FieldDescriptor::CPPTYPE_UINT32: return {{"type", "integer"}, {"minimum", 0}};
    case pb::FieldDescriptor::CPPTYPE_INT64: return {{"type", "string"}, {"pattern", "^-?[0-9]+$"}};
    case pb::FieldDescriptor::CPPTYPE_UINT64: return {{"type", "string"}, {"pattern", "^[0-9]+$"}};
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return {{"oneOf", Json::array({{{"type", "number"}}, {{"enum", {"NaN", "Infinity", "-Infinity"}}}})}};
    case pb::FieldDescriptor::CPPTYPE_BOOL: return {{"type", "boolean"}};
    case pb::FieldDescriptor::CPPTYPE_STRING:
      if (field->type() == pb::FieldDescriptor::TYPE_BYTES) return {{"type", "string"}, {"contentEncoding", "base64"}};
      return {{"type", "string"}};
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      // Values of a newer release come as numbers, so no closed list.
      Json known = Json::array();
      for (int i = 0; i < field->enum_type()->value_count(); ++i) known.push_back(field->enum_type()->value(i)->name());
      return {{"oneOf", Json::array({{{"type", "string"}, {"examples", known}}, {{"type", "integer"}}})}};
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      if (field->message_type()->full_name() == "google.protobuf.Timestamp")
        return {{"type", "string"}, {"format", "date-time"}};
      return {{"$ref", "#/components/schemas/" + field->message_type()->full_name()}};
  }
  return Json::object();
}

Json Schema(const pb::FieldDescriptor* field) {
  if (field->is_map())
    return {{"type", "object"}, {"additionalProperties", ValueSchema(field->message_type()->FindFieldByNumber(2))}};
  if (field->is_repeated()) return {{"type", "array"}, {"items", ValueSchema(field)}};
  return ValueSchema(field);
}

Json MessageSchema(const pb::Descriptor* message) {
  Json properties = Json::object();
  for (int i = 0; i < message->field_count(); ++i) {
    const pb::FieldDescriptor* field = message->field(i);
    Json schema = Schema(field);
    std::string comment = Contract::Comment(field);
    std::string privacy = Contract::Privacy(field);
    // What stands beside a reference is not read by every tool: wrap it.
    if (schema.contains("$ref")) schema = {{"allOf", Json::array({schema})}};
    if (!comment.empty()) schema["description"] = comment;
    if (!privacy.empty()) schema["x-privacy"] = privacy;
    properties[field->json_name()] = schema;
  }
  Json schema{{"type", "object"}};
  std::string comment = Contract::Comment(message);
  if (!comment.empty()) schema["description"] = comment;
  schema["properties"] = properties;
  return schema;
}

Json Text(const char* description, const char* format = nullptr) {
  Json json{{"type", "string"}, {"description", description}};
  if (format != nullptr) json["format"] = format;
  return json;
}

// The CloudEvents attributes as headers.
Json Headers() {
  Json properties{
      {"ce_specversion", {{"type", "string"}, {"const", "1.0"}}},
      {"ce_id", Text("UUIDv7; the same fact always has the same id.", "uuid")},
      {"ce_source", Text("/vefa/<service>/<life of its database>; another life begins after a restore.")},
      {"ce_type", Text("The kind of event.")},
      {"ce_subject", Text("Resource name of the aggregate.")},
      {"ce_time", Text("When it happened in the world.", "date-time")},
      {"ce_recordedtime", Text("When it was committed.", "date-time")},
      {"ce_aggversion", Text("Version of the aggregate after it, contiguous from 1: shows loss, repeats and disorder.")},
      {"ce_tenantid", Text("The tenant.", "uuid")},
      {"ce_partitionkey", Text("The record's key: <tenant>/<subject>.")},
      {"ce_dataclassification", {{"type", "string"}, {"enum", {"none", "pseudonymous", "personal", "special"}}}},
      {"ce_dataschema", Text("Where the payload's schema is, with its content hash.")},
      {"ce_correlationid", Text("The trace id: the same for everything one call led to.")},
      {"ce_causationid", Text("Id of the event whose handling recorded this one.", "uuid")},
      {"traceparent", Text("W3C trace context.")},
      {"content-type", {{"type", "string"}, {"const", "application/protobuf"}}}};
  return {{"type", "object"},
          {"properties", properties},
          {"required", {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_aggversion",
                        "ce_tenantid", "content-type"}}};
}

Json MessageJson(const Kind& kind, const pb::Descriptor* payload) {
  Json message{{"name", kind.type},
               {"title", kind.type},
               {"summary", kind.summary},
               {"contentType", "application/protobuf"},
               {"headers", {{"$ref", "#/components/schemas/CloudEventHeaders"}}},
               {"payload", {{"$ref", "#/components/schemas/" + payload->full_name()}}},
               {"bindings", {{"kafka", {{"key", {{"type", "string"}, {"description", "<tenant>/<subject>"}}}}}}},
               {"examples", Json::array({{{"name", kind.type}, {"payload", Json::parse(kind.example_json)}}})},
               {"x-data-classification", kind.classification},
               {"x-since", kind.since},
               {"x-example-hex", ToHex(kind.example_bytes)}};
  if (!kind.subject.empty()) message["x-subject"] = kind.subject;
  return message;
}

void AddChannel(const std::string& id, const std::string& topic, const std::string& summary, bool compacted,
                const std::vector<const Kind*>& kinds, Json& document) {
  Json names = Json::object();
  Json references = Json::array();
  for (const Kind* kind : kinds) {
    names[kind->type] = {{"$ref", "#/components/messages/" + kind->type}};
    references.push_back({{"$ref", "#/channels/" + id + "/messages/" + kind->type}});
  }
  Json configuration{{"cleanup.policy", Json::array({compacted ? "compact" : "delete"})}};
  document["channels"][id] = {{"address", topic},
                              {"description", summary},
                              {"messages", names},
                              {"bindings",
                               {{"kafka",
                                 {{"topic", topic}, {"partitions", kPartitions}, {"topicConfiguration", configuration}}}}}};
  document["operations"]["publish." + id] = {
      {"action", "send"}, {"channel", {{"$ref", "#/channels/" + id}}}, {"messages", references}};
}

}  // namespace

Json AsyncApiDocument(const Contract& contract, const std::string& version) {
  Json document{{"asyncapi", "3.0.0"},
                {"info",
                 {{"title", "Vefa events"},
                  {"version", version},
                  {"description", "Every committed change as a CloudEvents 1.0 message in Kafka's binary mode, in order per "
                                  "subject. Made from the protos; payloads are protobuf, shown here by their JSON mapping."},
                  {"license", {{"name", "Apache-2.0"}}}}},
                {"defaultContentType", "application/protobuf"},
                {"channels", Json::object()},
                {"operations", Json::object()},
                {"components", {{"schemas", {{"CloudEventHeaders", Headers()}}}, {"messages", Json::object()}}}};
  std::vector<const pb::Descriptor*> roots;
  Json& components = document["components"];
  for (const Stream& stream : contract.streams()) {
    std::vector<const Kind*> kinds;
    for (const Kind& kind : stream.kinds) {
      components["messages"][kind.type] = MessageJson(kind, stream.event);
      kinds.push_back(&kind);
    }
    components["messages"][stream.state.type] = MessageJson(stream.state, stream.state.message);
    AddChannel(stream.service, stream.topic, stream.summary, false, kinds, document);
    AddChannel(stream.service + "State", stream.state_topic, stream.state.summary, true, {&stream.state}, document);
    roots.push_back(stream.event);
    roots.push_back(stream.state.message);
  }
  for (const pb::Descriptor* message : Reached(roots))
    if (message->full_name() != "google.protobuf.Timestamp")
      components["schemas"][message->full_name()] = MessageSchema(message);
  return document;
}

}  // namespace vefa::catalog
