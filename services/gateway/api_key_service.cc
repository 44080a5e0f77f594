#include "services/gateway/api_key_service.h"

#include <google/protobuf/util/time_util.h>

#include "libs/rpc/time.h"
#include "vefa/gateway/v1/api_key_service.pb.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

void Fill(const ApiKey& key, v1::ApiKey& out) {
  out.set_name(ResourceName("apiKeys", key.id));
  out.set_display_name(key.display_name);
  for (const std::string& permission : key.permissions) out.add_permissions(permission);
  out.set_creator(key.creator);
  if (key.team) out.set_team(ResourceName("teams", *key.team));
  out.set_token_hint(key.token_hint);
  *out.mutable_create_time() = rpc::ToProto(key.create_time);
  *out.mutable_expire_time() = rpc::ToProto(key.expire_time);
  if (key.last_use_time) *out.mutable_last_use_time() = rpc::ToProto(*key.last_use_time);
  if (key.revoke_time) *out.mutable_revoke_time() = rpc::ToProto(*key.revoke_time);
}

// Nothing for a request without an id. Another caller's is another request: its answer holds a secret.
Result<std::optional<KeyRequest>> RequestOf(const rpc::Principal& caller, const v1::CreateApiKeyRequest& request) {
  if (request.request_id().empty()) return std::optional<KeyRequest>();
  auto id = Uuid::Parse(request.request_id());
  if (!id.ok()) return Violations({{"request_id", "REQUEST_ID_SYNTAX", "Give a UUID or leave it empty."}});
  return std::optional(KeyRequest{*id, crypto::Sha256(caller.subject + '\0' + request.api_key().SerializeAsString())});
}

// What a key can be allowed: what some RPC asks for, and the two wild cards of a tenant.
std::set<std::string> Grantable(const Api& api) {
  std::set<std::string> permissions = api.permissions();
  permissions.erase("public");
  permissions.insert({"*", "*.read"});
  return permissions;
}

}  // namespace

void AddApiKeyService(Api& api, ApiKeys& keys) {
  const std::string service = "vefa.gateway.v1.ApiKeyService.";
  api.AddLocal(service + "CreateApiKey",
               [&keys, known = Grantable(api)](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
                 const auto& request = static_cast<const v1::CreateApiKeyRequest&>(in);
                 const v1::ApiKey& proto = request.api_key();
                 ApiKey wanted;
                 wanted.display_name = proto.display_name();
                 wanted.permissions = {proto.permissions().begin(), proto.permissions().end()};
                 if (proto.has_expire_time()) wanted.expire_time = rpc::FromProto(proto.expire_time());
                 if (!proto.team().empty()) {
                   VEFA_TRY(wanted.team, ParseResourceName("teams", proto.team()));
                 }
                 VEFA_TRY(auto repeatable, RequestOf(call.caller->principal, request));
                 VEFA_TRY(ApiKeys::Made made,
                          keys.Create(call.caller->principal, std::move(wanted), known, repeatable, call.deadline));
                 auto& response = static_cast<v1::ApiKey&>(out);
                 Fill(made.key, response);
                 response.set_token(made.token);
                 return Ok();
               });
  api.AddLocal(service + "ListApiKeys",
               [&keys](const LocalCall& call, const pb::Message&, pb::Message& out) -> Status {
                 VEFA_TRY(std::vector<ApiKey> all, keys.List(call.caller->session.tenant, call.deadline));
                 for (const ApiKey& key : all) Fill(key, *static_cast<v1::ListApiKeysResponse&>(out).add_api_keys());
                 return Ok();
               });
  api.AddLocal(service + "RevokeApiKey",
               [&keys](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
                 VEFA_TRY(Uuid id, ParseResourceName("apiKeys", static_cast<const v1::RevokeApiKeyRequest&>(in).name()));
                 VEFA_TRY(ApiKey key, keys.Revoke(call.caller->session.tenant, id, call.deadline));
                 Fill(key, static_cast<v1::ApiKey&>(out));
                 return Ok();
               });
}

}  // namespace vefa::gateway
