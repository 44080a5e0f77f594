#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "libs/base/text.h"
#include "libs/telemetry/log.h"
#include "services/gateway/json.h"

// Fields from the text of a path or a query.
namespace vefa::gateway {

namespace pb = google::protobuf;
using pb::FieldDescriptor;

namespace {

Error Invalid(std::string_view path, const char* expected) {
  return Violations({{std::string(path), "FIELD_INVALID", std::string("The value must be ") + expected + "."}});
}

template <typename Number>
std::optional<Number> ParseNumber(const std::string& text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Sets or appends through reflection.
struct Target {
  pb::Message& message;
  const FieldDescriptor& field;

  template <typename Set, typename Add, typename Value>
  void Put(Set set, Add add, const Value& value) const {
    const pb::Reflection& reflection = *message.GetReflection();
    if (field.is_repeated())
      (reflection.*add)(&message, &field, value);
    else
      (reflection.*set)(&message, &field, value);
  }
};

template <typename Number, typename Set, typename Add>
Status PutNumber(const Target& target, std::string_view path, const std::string& text, Set set, Add add) {
  auto number = ParseNumber<Number>(text);
  if (!number) return Invalid(path, "a number in range");
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(*number)) return Invalid(path, "a finite number");
  }
  target.Put(set, add, *number);
  return Ok();
}

Status PutEnum(const Target& target, std::string_view path, const std::string& text) {
  const pb::EnumValueDescriptor* value = target.field.enum_type()->FindValueByName(text);
  if (auto number = ParseNumber<int>(text); value == nullptr && number)
    value = target.field.enum_type()->FindValueByNumber(*number);
  if (value == nullptr) return Invalid(path, "the name of one of the field's values");
  const pb::Reflection& reflection = *target.message.GetReflection();
  if (target.field.is_repeated())
    reflection.AddEnum(&target.message, &target.field, value);
  else
    reflection.SetEnum(&target.message, &target.field, value);
  return Ok();
}

Status PutString(const Target& target, std::string_view path, std::string text) {
  if (target.field.type() == FieldDescriptor::TYPE_BYTES) {
    auto bytes = FromBase64Url(text);
    if (!bytes.ok()) return Invalid(path, "base64url");
    text = *std::move(bytes);
  } else if (!IsUtf8(text)) {
    return Invalid(path, "UTF-8");
  }
  const pb::Reflection& reflection = *target.message.GetReflection();
  if (target.field.is_repeated())
    reflection.AddString(&target.message, &target.field, std::move(text));
  else
    reflection.SetString(&target.message, &target.field, std::move(text));
  return Ok();
}

// Timestamps, durations and the like are one JSON string.
Status PutMessage(const Target& target, std::string_view path, const std::string& text) {
  const std::string& type = target.field.message_type()->full_name();
  if (!type.starts_with("google.protobuf."))
    return Invalid(path,
                   "given field by field, for example `"
                   "a.b=1`");
  if (!IsUtf8(text)) return Invalid(path, "UTF-8");
  const pb::Reflection& reflection = *target.message.GetReflection();
  pb::Message* value = target.field.is_repeated() ? reflection.AddMessage(&target.message, &target.field)
                                                  : reflection.MutableMessage(&target.message, &target.field);
  auto read = ReadJson(telemetry::JsonString(text), std::string(path), *value);
  return read.ok() ? Ok() : Status(Invalid(path, "as in JSON, for example 1997-09-30T00:00:00Z"));
}

Status Put(const Target& target, std::string_view path, const std::string& text) {
  using R = pb::Reflection;
  switch (target.field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return PutNumber<int32_t>(target, path, text, &R::SetInt32, &R::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64: return PutNumber<int64_t>(target, path, text, &R::SetInt64, &R::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32: return PutNumber<uint32_t>(target, path, text, &R::SetUInt32, &R::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64: return PutNumber<uint64_t>(target, path, text, &R::SetUInt64, &R::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE: return PutNumber<double>(target, path, text, &R::SetDouble, &R::AddDouble);
    case FieldDescriptor::CPPTYPE_FLOAT: return PutNumber<float>(target, path, text, &R::SetFloat, &R::AddFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Invalid(path, "true or false");
      target.Put(&R::SetBool, &R::AddBool, text == "true");
      return Ok();
    case FieldDescriptor::CPPTYPE_ENUM: return PutEnum(target, path, text);
    case FieldDescriptor::CPPTYPE_STRING: return PutString(target, path, text);
    default: return PutMessage(target, path, text);
  }
}

const FieldDescriptor* FindField(const pb::Descriptor& type, const std::string& name) {
  if (const FieldDescriptor* field = type.FindFieldByName(name)) return field;
  return type.FindFieldByCamelcaseName(name);
}

// The top-level field of a query parameter, under its proto name.
std::string FirstField(const pb::Descriptor& type, std::string_view path) {
  const FieldDescriptor* field = FindField(type, std::string(path.substr(0, path.find('.'))));
  return field == nullptr ? "" : field->name();
}

}  // namespace

Status SetField(pb::Message& message, std::string_view path, const std::string& text) {
  pb::Message* inner = &message;
  std::string_view rest = path;
  while (true) {
    size_t dot = rest.find('.');
    const FieldDescriptor* field = FindField(*inner->GetDescriptor(), std::string(rest.substr(0, dot)));
    if (field == nullptr || field->is_map())
      return Violations({{std::string(path), "FIELD_UNKNOWN", "The request has no such field; check its spelling."}});
    const pb::Reflection& reflection = *inner->GetReflection();
    // Two fields of one oneof cannot both be meant.
    if (const auto* oneof = field->real_containing_oneof()) {
      const FieldDescriptor* set = reflection.GetOneofFieldDescriptor(*inner, oneof);
      if (set != nullptr && set != field) return Invalid(path, "absent when its alternative is given");
    }
    if (dot == std::string_view::npos) return Put({*inner, *field}, path, text);
    if (field->type() != FieldDescriptor::TYPE_MESSAGE || field->is_repeated())
      return Violations({{std::string(path), "FIELD_UNKNOWN", "The request has no such field; check its spelling."}});
    inner = reflection.MutableMessage(inner, field);
    rest.remove_prefix(dot + 1);
  }
}

Status SetFromQuery(pb::Message& message, const http::Query& query, const std::vector<std::string>& taken) {
  std::vector<Violation> violations;
  std::vector<std::string> seen;
  for (const auto& [name, text] : query) {
    Status set = Ok();
    std::string first = FirstField(*message.GetDescriptor(), name);
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(first);
    bool once = field != nullptr && !field->is_repeated() && field->type() != FieldDescriptor::TYPE_MESSAGE;
    if (!first.empty() && std::find(taken.begin(), taken.end(), first) != taken.end())
      violations.push_back({name, "FIELD_TAKEN", "The path or the body already says this."});
    else if (once && std::find(seen.begin(), seen.end(), first) != seen.end())
      violations.push_back({name, "FIELD_REPEATED", "This may be given once only."});
    else
      set = SetField(message, name, text);
    seen.push_back(first);
    if (!set.ok()) violations.insert(violations.end(), set.error().violations.begin(), set.error().violations.end());
  }
  if (!violations.empty()) return Violations(std::move(violations));
  return Ok();
}

}  // namespace vefa::gateway
