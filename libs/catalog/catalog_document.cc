#include <set>

#include "libs/base/text.h"
#include "libs/catalog/documents.h"

namespace vefa::catalog {
namespace {

namespace pb = google::protobuf;

Json Field(const pb::FieldDescriptor* field) {
  Json json{{"name", field->name()}, {"jsonName", field->json_name()}, {"number", field->number()},
            {"type", TypeName(field)}};
  std::string privacy = Contract::Privacy(field);
  if (!privacy.empty()) json["privacy"] = privacy;
  json["comment"] = Contract::Comment(field);
  if (const pb::OneofDescriptor* oneof = field->real_containing_oneof()) json["oneof"] = oneof->name();
  return json;
}

Json KindJson(const Kind& kind) {
  return {{"type", kind.type},
          {"subject", kind.subject},
          {"since", kind.since},
          {"dataClassification", kind.classification},
          {"message", kind.message->full_name()},
          {"summary", kind.summary},
          {"example", Json::parse(kind.example_json)},
          {"exampleHex", ToHex(kind.example_bytes)}};
}

void AddEnums(const pb::Descriptor* message, Json& enums) {
  for (int i = 0; i < message->field_count(); ++i) {
    const pb::EnumDescriptor* type = message->field(i)->enum_type();
    if (type == nullptr || enums.contains(type->full_name())) continue;
    Json values = Json::array();
    for (int v = 0; v < type->value_count(); ++v)
      values.push_back({{"name", type->value(v)->name()}, {"number", type->value(v)->number()}});
    enums[type->full_name()] = values;
  }
}

}  // namespace

std::string TypeName(const pb::FieldDescriptor* field) {
  if (field->is_map()) {
    const pb::Descriptor* entry = field->message_type();
    return "map<" + TypeName(entry->FindFieldByNumber(1)) + ", " + TypeName(entry->FindFieldByNumber(2)) + ">";
  }
  std::string name = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE ? field->message_type()->full_name()
                     : field->cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM  ? field->enum_type()->full_name()
                                                                                : field->type_name();
  return field->is_repeated() ? "repeated " + name : name;
}

std::vector<const pb::Descriptor*> Reached(const std::vector<const pb::Descriptor*>& roots) {
  std::vector<const pb::Descriptor*> found;
  std::set<const pb::Descriptor*> seen;
  std::vector<const pb::Descriptor*> open(roots.rbegin(), roots.rend());
  while (!open.empty()) {
    const pb::Descriptor* message = open.back();
    open.pop_back();
    if (!seen.insert(message).second) continue;
    if (!message->options().map_entry()) found.push_back(message);
    for (int i = message->field_count() - 1; i >= 0; --i)
      if (message->field(i)->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE)
        open.push_back(message->field(i)->message_type());
  }
  return found;
}

Json CatalogDocument(const Contract& contract) {
  Json streams = Json::array();
  std::vector<const pb::Descriptor*> roots;
  for (const Stream& stream : contract.streams()) {
    Json kinds = Json::array();
    for (const Kind& kind : stream.kinds) kinds.push_back(KindJson(kind));
    Json state = KindJson(stream.state);
    streams.push_back({{"service", stream.service},
                       {"topic", stream.topic},
                       {"stateTopic", stream.state_topic},
                       {"message", stream.event->full_name()},
                       {"schemaHash", stream.schema_hash},
                       {"summary", stream.summary},
                       {"events", kinds},
                       {"state", state}});
    roots.push_back(stream.event);
    roots.push_back(stream.state.message);
  }
  Json messages = Json::object();
  Json enums = Json::object();
  for (const pb::Descriptor* message : Reached(roots)) {
    Json fields = Json::array();
    for (int i = 0; i < message->field_count(); ++i) fields.push_back(Field(message->field(i)));
    messages[message->full_name()] = {{"comment", Contract::Comment(message)}, {"fields", fields}};
    AddEnums(message, enums);
  }
  return {{"streams", streams}, {"messages", messages}, {"enums", enums}};
}

}  // namespace vefa::catalog
