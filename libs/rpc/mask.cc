#include "libs/rpc/mask.h"

#include <algorithm>

namespace vefa::rpc {
namespace {

std::string Listed(std::span<const std::string_view> fields) {
  std::string list;
  for (std::string_view field : fields) list += (list.empty() ? "" : ", ") + std::string(field);
  return list;
}

const google::protobuf::FieldDescriptor* MapField(const google::protobuf::Message& resource, std::string_view name) {
  const auto* field = resource.GetDescriptor()->FindFieldByName(std::string(name));
  return field != nullptr && field->is_map() ? field : nullptr;
}

}  // namespace

Result<Mask> Mask::Read(const google::protobuf::FieldMask& mask, const google::protobuf::Message& resource,
                        std::span<const std::string_view> fields) {
  Mask read;
  std::vector<Violation> violations;
  auto may_change = [&](std::string_view field) { return std::find(fields.begin(), fields.end(), field) != fields.end(); };
  for (const std::string& path : mask.paths()) {
    size_t dot = std::min(path.find('.'), path.size());
    std::string_view field = std::string_view(path).substr(0, dot);
    if (may_change(field) && dot == path.size()) {
      read.paths_.insert(path);
    } else if (may_change(field) && MapField(resource, field) != nullptr && dot + 1 < path.size()) {
      read.keys_[std::string(field)].insert(path.substr(dot + 1));
    } else {
      violations.push_back({"update_mask", "FIELD_UNKNOWN", "Name fields that can be changed: " + Listed(fields) + "."});
    }
  }
  if (!violations.empty()) return Violations(std::move(violations));
  if (mask.paths_size() > 0) return read;
  std::vector<const google::protobuf::FieldDescriptor*> set;
  resource.GetReflection()->ListFields(resource, &set);
  for (const auto* field : set) {
    if (!may_change(field->name())) continue;
    if (!field->is_map()) read.paths_.insert(field->name());
    for (int i = 0; field->is_map() && i < resource.GetReflection()->FieldSize(resource, field); ++i) {
      const auto& entry = resource.GetReflection()->GetRepeatedMessage(resource, field, i);
      read.keys_[field->name()].insert(entry.GetReflection()->GetString(entry, entry.GetDescriptor()->map_key()));
    }
  }
  return read;
}

const std::set<std::string, std::less<>>& Mask::KeysOf(std::string_view field) const {
  static const std::set<std::string, std::less<>> none;
  auto keys = keys_.find(field);
  return keys == keys_.end() ? none : keys->second;
}

Status CheckEtag(const std::string& said, const std::string& present) {
  if (said.empty() || said == present) return Ok();
  return Error{Code::kAborted, "ETAG_MISMATCH", "It was changed since you read it; read it again and decide anew."};
}

}  // namespace vefa::rpc
