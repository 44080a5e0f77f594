#include "libs/rpc/sight.h"

namespace vefa::rpc {
namespace {

namespace pb = google::protobuf;

constexpr size_t kUuidLength = 36;

void AddName(const std::string& text, std::set<std::string>& names) {
  size_t slash = text.find('/');
  if (slash == std::string::npos || text.size() < slash + 1 + kUuidLength) return;
  auto id = Uuid::Parse(std::string_view(text).substr(slash + 1, kUuidLength));
  if (id.ok()) names.insert(text.substr(0, slash + 1) + id->ToString());
}

void Walk(const pb::Message& message, std::set<std::string>& names) {
  const pb::Reflection& reflection = *message.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING)
        AddName(field->is_repeated() ? reflection.GetRepeatedString(message, field, i) : reflection.GetString(message, field), names);
      if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE)
        Walk(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i) : reflection.GetMessage(message, field), names);
    }
  }
}

}  // namespace

std::set<std::string> NamesIn(const pb::Message& message) {
  std::set<std::string> names;
  Walk(message, names);
  return names;
}

Error TooNarrow() {
  return {Code::kPermissionDenied, "VISIBILITY_TOO_NARROW",
          "This concerns records that you do not see; name contacts that you do, or ask an administrator for more visibility."};
}

Status CheckSight(const Principal& principal, options::v1::Sight sight) {
  if (principal.SeesAll() || sight != options::v1::SIGHT_UNSPECIFIED) return Ok();
  return TooNarrow();
}

}  // namespace vefa::rpc
