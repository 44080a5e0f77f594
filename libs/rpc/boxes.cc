#include "libs/rpc/boxes.h"

#include <google/protobuf/descriptor.h>

#include <vector>

namespace vefa::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Visit = std::function<Status(const std::string& path, const event::v1::PiiBox& box)>;

Status Walk(const Message& message, const std::string& path, const Visit& visit) {
  if (message.GetDescriptor() == event::v1::PiiBox::descriptor())
    return visit(path, static_cast<const event::v1::PiiBox&>(message));
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    std::string name = (path.empty() ? "" : path + ".") + field->name();
    if (!field->is_repeated()) {
      VEFA_TRY_OK(Walk(reflection->GetMessage(message, field), name, visit));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i)
      VEFA_TRY_OK(Walk(reflection->GetRepeatedMessage(message, field, i), name + "[" + std::to_string(i) + "]", visit));
  }
  return Ok();
}

}  // namespace

Status ForEachBox(const Message& message, const Visit& visit) { return Walk(message, "", visit); }

}  // namespace vefa::rpc
