#include "services/gateway/json.h"

#include <google/protobuf/util/json_util.h>

#include "libs/base/text.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

constexpr size_t kQuotedBytes = 200;

std::string Joined(const std::string& path, const std::string& rest) {
  if (path.empty() || rest.empty()) return path + rest;
  return path + "." + rest;
}

// Valid UTF-8 of a bounded length, to be quoted in a sentence.
std::string Quotable(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  return std::string(line.substr(0, kQuotedBytes));
}

// What protobuf says of bad JSON is one of
//   `(rows[0]) lin: Cannot find field.`   `(rows[0].line): invalid value "x" for type TYPE_INT64`
//   `: Root element must be a message.`   a syntax error over several lines.
Error FromProtobuf(std::string_view said, const std::string& path) {
  static constexpr std::string_view kUnknown = ": Cannot find field.";
  static constexpr std::string_view kInvalid = ": invalid value";
  std::string_view rest = said;
  std::string where;
  if (rest.starts_with('(')) {
    size_t close = rest.find(')');
    if (close != std::string_view::npos) {
      where = rest.substr(1, close - 1);
      rest.remove_prefix(close + 1);
    }
  }
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.ends_with(kUnknown)) {
    std::string field = Joined(path, Joined(where, std::string(rest.substr(0, rest.size() - kUnknown.size()))));
    return Violations({{field, "FIELD_UNKNOWN", "The request has no such field; check its spelling."}});
  }
  if (rest.starts_with(kInvalid))
    return Violations({{Joined(path, where), "FIELD_INVALID",
                        "The value does not fit the field: " + Quotable(rest.substr(2)) + "."}});
  if (rest.starts_with(": ")) rest.remove_prefix(2);
  return InvalidArgument("JSON_SYNTAX", "The body is not the JSON object expected: " + Quotable(rest));
}

}  // namespace

std::unique_ptr<pb::Message> NewMessage(const pb::Descriptor& type) {
  const pb::Message* prototype = pb::MessageFactory::generated_factory()->GetPrototype(&type);
  VEFA_CHECK(prototype != nullptr);
  return std::unique_ptr<pb::Message>(prototype->New());
}

Status ReadJson(std::string_view text, const std::string& path, pb::Message& message) {
  if (text.empty()) return Ok();
  if (!IsUtf8(text)) return InvalidArgument("JSON_NOT_UTF8", "The body must be UTF-8.");
  auto status = pb::util::JsonStringToMessage(pb::StringPiece(text.data(), text.size()), &message);
  if (!status.ok()) return FromProtobuf(std::string_view(status.message().data(), status.message().size()), path);
  return Ok();
}

Result<std::string> WriteJson(const pb::Message& message) {
  pb::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  auto status = pb::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return Internal("JSON_UNWRITABLE", "A message could not be written as JSON: " + status.ToString());
  return text;
}

}  // namespace vefa::gateway
