#include "services/gateway/route_table.h"

#include "google/api/annotations.pb.h"
#include "vefa/options/v1/options.pb.h"

namespace vefa::gateway {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

namespace {

Error Refuse(const MethodDescriptor& rpc, const char* reason, const std::string& why) {
  return {Code::kFailedPrecondition, reason, rpc.full_name() + ": " + why};
}

// The method and the path of a rule.
Result<std::pair<std::string, std::string>> PatternOf(const MethodDescriptor& rpc, const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet: return std::pair<std::string, std::string>("GET", rule.get());
    case google::api::HttpRule::kPut: return std::pair<std::string, std::string>("PUT", rule.put());
    case google::api::HttpRule::kPost: return std::pair<std::string, std::string>("POST", rule.post());
    case google::api::HttpRule::kDelete: return std::pair<std::string, std::string>("DELETE", rule.delete_());
    case google::api::HttpRule::kPatch: return std::pair<std::string, std::string>("PATCH", rule.patch());
    default: return Refuse(rpc, "ROUTE_METHOD", "the rule has no method this gateway knows.");
  }
}

// The field of a message by its name, or by its path through messages in it; null when there is none.
const FieldDescriptor* FieldAt(const google::protobuf::Descriptor* type, std::string_view path) {
  const FieldDescriptor* field = nullptr;
  while (type != nullptr) {
    size_t dot = path.find('.');
    field = type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || dot == std::string_view::npos) return field;
    type = field->is_repeated() ? nullptr : field->message_type();
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

Status CheckFields(const MethodDescriptor& rpc, const Binding& binding) {
  for (const std::string& name : binding.path.Fields()) {
    const FieldDescriptor* field = FieldAt(rpc.input_type(), name);
    if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING)
      return Refuse(rpc, "ROUTE_FIELD", "the path's `" + name + "` is not a string of the request.");
  }
  if (binding.body.empty() || binding.body == "*") return Ok();
  const FieldDescriptor* field = rpc.input_type()->FindFieldByName(binding.body);
  if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_MESSAGE)
    return Refuse(rpc, "ROUTE_FIELD", "the body `" + binding.body + "` is not a message of the request.");
  return Ok();
}

}  // namespace

Status RouteTable::Add(const MethodDescriptor& rpc, const std::string& permission) {
  const google::api::HttpRule& first = rpc.options().GetExtension(google::api::http);
  std::vector<const google::api::HttpRule*> rules{&first};
  for (const google::api::HttpRule& more : first.additional_bindings()) rules.push_back(&more);
  for (const google::api::HttpRule* rule : rules) {
    VEFA_TRY(auto pattern, PatternOf(rpc, *rule));
    VEFA_TRY(PathTemplate path, PathTemplate::Parse(pattern.second));
    Binding binding{pattern.first, std::move(path), pattern.second, rule->body(), &rpc, permission};
    VEFA_TRY_OK(CheckFields(rpc, binding));
    if (binding.streams() &&
        !(rpc.client_streaming() && rpc.server_streaming() && binding.http_method == "POST" && binding.body == "*"))
      return Refuse(rpc, "ROUTE_STREAM", "only bidirectional streams by POST with body `*` are transcoded.");
    for (const Binding& other : bindings_)
      if (other.http_method == binding.http_method && other.path.Shape() == binding.path.Shape())
        return Refuse(rpc, "ROUTE_AMBIGUOUS", binding.pattern + " fits what " + other.pattern + " fits.");
    bindings_.push_back(std::move(binding));
  }
  return Ok();
}

Result<RouteTable> RouteTable::Build(const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
  RouteTable table;
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& rpc = *service->method(i);
      const std::string& permission = rpc.options().GetExtension(options::v1::permission);
      if (permission.empty()) return Refuse(rpc, "PERMISSION_UNDECLARED", "declare a permission, or `public`.");
      if (rpc.options().HasExtension(google::api::http)) VEFA_TRY_OK(table.Add(rpc, permission));
    }
  }
  return table;
}

Result<RouteTable::Match> RouteTable::Find(std::string_view method, std::string_view path) const {
  if (method == "HEAD") method = "GET";
  for (const Binding& binding : bindings_) {
    if (binding.http_method != method) continue;
    if (auto fields = binding.path.Match(path)) return Match{&binding, *std::move(fields)};
  }
  std::string allowed;
  for (const Binding& binding : bindings_)
    if (binding.path.Match(path)) allowed += (allowed.empty() ? "" : ", ") + binding.http_method;
  if (allowed.empty()) return NotFound("ROUTE_UNKNOWN", "There is nothing at this address; see the API reference.");
  Error error{Code::kUnimplemented, "METHOD_NOT_ALLOWED", "This address is for " + allowed + "."};
  error.metadata["allow"] = allowed;
  return error;
}

}  // namespace vefa::gateway
