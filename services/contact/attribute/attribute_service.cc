#include "services/contact/attribute/attribute_service.h"

#include "libs/rpc/idempotency.h"
#include "libs/rpc/mask.h"
#include "libs/rpc/serve.h"
#include "services/contact/attribute/attribute_proto.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kPrefix = "attribute_definition.";
constexpr std::string_view kChangeable[] = {"title", "options", "minimum", "maximum", "length_max", "default_value"};

// `attributeDefinitions/{key}` taken apart.
Result<std::string> KeyOf(const std::string& name) {
  constexpr std::string_view kCollection = "attributeDefinitions/";
  if (!name.starts_with(kCollection) || !IsKey(std::string_view(name).substr(kCollection.size())))
    return Violations({{"name", "RESOURCE_NAME", "Give a name of the form attributeDefinitions/{key}."}});
  return name.substr(kCollection.size());
}

// What of `said` the mask lets through.
AttributeDefinition Changed(const AttributeDefinition& before, const AttributeDefinition& said, const rpc::Mask& mask) {
  AttributeDefinition after = before;
  if (mask.Has("title")) after.title = said.title;
  if (mask.Has("options")) after.options = said.options;
  if (mask.Has("minimum")) after.minimum = said.minimum;
  if (mask.Has("maximum")) after.maximum = said.maximum;
  if (mask.Has("length_max")) after.length_max = said.length_max;
  if (mask.Has("default_value")) after.default_value = said.default_value;
  return after;
}

}  // namespace

grpc::ServerUnaryReactor* AttributeService::CreateAttributeDefinition(
    grpc::CallbackServerContext* context, const v1::CreateAttributeDefinitionRequest* request,
    v1::AttributeDefinition* response) {
  return rpc::Serve(door_, context, "CreateAttributeDefinition",
                    [=, this](const rpc::CallContext& call) { return Create(call, *request, *response); });
}
grpc::ServerUnaryReactor* AttributeService::UpdateAttributeDefinition(
    grpc::CallbackServerContext* context, const v1::UpdateAttributeDefinitionRequest* request,
    v1::AttributeDefinition* response) {
  return rpc::Serve(door_, context, "UpdateAttributeDefinition",
                    [=, this](const rpc::CallContext& call) { return Update(call, *request, *response); });
}
grpc::ServerUnaryReactor* AttributeService::ArchiveAttributeDefinition(
    grpc::CallbackServerContext* context, const v1::ArchiveAttributeDefinitionRequest* request,
    v1::AttributeDefinition* response) {
  return rpc::Serve(door_, context, "ArchiveAttributeDefinition",
                    [=, this](const rpc::CallContext& call) { return Archive(call, *request, *response); });
}
grpc::ServerUnaryReactor* AttributeService::ListAttributeDefinitions(
    grpc::CallbackServerContext* context, const v1::ListAttributeDefinitionsRequest*,
    v1::ListAttributeDefinitionsResponse* response) {
  return rpc::Serve(door_, context, "ListAttributeDefinitions",
                    [=, this](const rpc::CallContext& call) { return List(call, *response); });
}

Status AttributeService::Create(const rpc::CallContext& call, const v1::CreateAttributeDefinitionRequest& request,
                                v1::AttributeDefinition& response) {
  std::vector<Violation> violations;
  AttributeDefinition definition = FromProto(request.attribute_definition(), kPrefix, violations);
  Normalise(definition, kPrefix, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  rpc::Attempt attempt{call.tenant, request.request_id(), "CreateAttributeDefinition",
                       request.attribute_definition().SerializeAsString()};
  VEFA_TRY(response, postgres::InTransaction(
                         database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::AttributeDefinition> {
                           VEFA_TRY(std::optional<std::string> answer, rpc::FindAnswer(transaction, attempt));
                           v1::AttributeDefinition proto;
                           if (answer && proto.ParseFromString(*answer)) return proto;
                           VEFA_TRY(AttributeDefinition stored,
                                    InsertDefinition(transaction, call.tenant, definition, clock_));
                           proto = ToProto(stored);
                           VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, proto.SerializeAsString()));
                           return proto;
                         }));
  catalog_.Forget(call.tenant);
  return Ok();
}

Status AttributeService::Update(const rpc::CallContext& call, const v1::UpdateAttributeDefinitionRequest& request,
                                v1::AttributeDefinition& response) {
  const v1::AttributeDefinition& proto = request.attribute_definition();
  VEFA_TRY(std::string key, KeyOf(proto.name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), proto, kChangeable));
  std::vector<Violation> unreadable;
  AttributeDefinition said = FromProto(proto, kPrefix, unreadable);
  if (!unreadable.empty()) return Violations(std::move(unreadable));
  VEFA_TRY(response, postgres::InTransaction(
                         database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::AttributeDefinition> {
                           VEFA_TRY(AttributeDefinition before, LockDefinition(transaction, call.tenant, key));
                           VEFA_TRY_OK(rpc::CheckEtag(proto.etag(), ToProto(before).etag()));
                           AttributeDefinition after = Changed(before, said, mask);
                           std::vector<Violation> violations;
                           NormaliseChange(before, after, kPrefix, violations);
                           if (!violations.empty()) return Violations(std::move(violations));
                           VEFA_TRY_OK(WriteDefinition(transaction, call.tenant, after));
                           return ToProto(after);
                         }));
  catalog_.Forget(call.tenant);
  return Ok();
}

Status AttributeService::Archive(const rpc::CallContext& call, const v1::ArchiveAttributeDefinitionRequest& request,
                                 v1::AttributeDefinition& response) {
  VEFA_TRY(std::string key, KeyOf(request.name()));
  VEFA_TRY(response, postgres::InTransaction(
                         database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::AttributeDefinition> {
                           VEFA_TRY(AttributeDefinition definition, LockDefinition(transaction, call.tenant, key));
                           if (definition.archive_time) return ToProto(definition);
                           definition.archive_time = clock_.Now();
                           VEFA_TRY_OK(WriteDefinition(transaction, call.tenant, definition));
                           return ToProto(definition);
                         }));
  catalog_.Forget(call.tenant);
  return Ok();
}

Status AttributeService::List(const rpc::CallContext& call, v1::ListAttributeDefinitionsResponse& response) {
  VEFA_TRY(AttributeDefinitions definitions, ReadDefinitions(database_, call.tenant, call.deadline));
  for (const auto& [key, definition] : definitions) *response.add_attribute_definitions() = ToProto(definition);
  return Ok();
}

}  // namespace vefa::contact
