#include "services/interaction/timeline/timeline_proto.h"

#include <google/protobuf/util/json_util.h>

#include "libs/rpc/time.h"
#include "libs/telemetry/log.h"

namespace vefa::interaction {

v1::TimelineEntry ToProto(const TimelineEntry& entry) {
  v1::TimelineEntry proto;
  proto.set_name(ResourceName("contacts", entry.contact) + "/timeline/" + entry.id.ToString());
  proto.set_kind(static_cast<v1::TimelineEntry::Kind>(entry.kind));
  *proto.mutable_occur_time() = rpc::ToProto(entry.occur_time);
  *proto.mutable_record_time() = rpc::ToProto(entry.record_time);
  proto.set_subject(entry.subject);
  for (const auto& [name, value] : entry.facts) (*proto.mutable_facts())[name] = value;
  return proto;
}

std::string FactsToJson(const std::map<std::string, std::string>& facts) {
  std::string json = "{";
  for (const auto& [name, value] : facts) {
    if (json.size() > 1) json += ',';
    json += telemetry::JsonString(name) + ":" + telemetry::JsonString(value);
  }
  return json + "}";
}

Result<std::map<std::string, std::string>> FactsFromJson(std::string_view json) {
  // A timeline entry with nothing but its facts is the JSON reader we already have.
  v1::TimelineEntry proto;
  std::string text = "{\"facts\":" + std::string(json) + "}";
  if (!google::protobuf::util::JsonStringToMessage(text, &proto).ok())
    return Internal("FACTS_MALFORMED", "The facts of a timeline entry are no object of strings.");
  return std::map<std::string, std::string>(proto.facts().begin(), proto.facts().end());
}

}  // namespace vefa::interaction
