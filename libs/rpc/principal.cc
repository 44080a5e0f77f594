#include "libs/rpc/principal.h"

#include <algorithm>
#include <optional>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "vefa/gateway/v1/principal.pb.h"

namespace vefa::rpc {
namespace {

Error Unauthenticated(const char* reason, const char* message) { return {Code::kUnauthenticated, reason, message}; }

}  // namespace

bool Principal::May(std::string_view permission) const {
  // What reaches across tenants is granted by name only.
  bool platform = permission.starts_with("platform.");
  for (const std::string& granted : permissions) {
    if (granted == permission || (platform && granted == "platform.*")) return true;
    if (platform) continue;
    if (granted == "*") return true;
    if (granted.starts_with("*.") && permission.ends_with(std::string_view(granted).substr(1))) return true;
  }
  return false;
}

std::string PrincipalKey::Sign(const Principal& principal) const {
  gateway::v1::Principal proto;
  proto.set_tenant_id(principal.tenant.ToString());
  proto.set_subject(principal.subject);
  for (const std::string& permission : principal.permissions) proto.add_permissions(permission);
  proto.set_expire_micros(principal.expire_time.time_since_epoch().count());
  proto.set_narrowed(principal.owners.has_value());
  if (principal.owners)
    for (const Uuid& owner : *principal.owners) proto.add_owners(owner.bytes.data(), owner.bytes.size());
  std::string body = proto.SerializeAsString();
  return ToBase64Url(body) + "." + ToBase64Url(crypto::Bytes(crypto::HmacSha256(secret_, body)));
}

Result<Principal> PrincipalKey::Verify(std::string_view token, Time now) const {
  if (token.empty()) return Unauthenticated("PRINCIPAL_MISSING", "Call through the gateway, signed in.");
  std::optional<Principal> principal;
  {
    std::lock_guard lock(mutex_);
    if (auto found = verified_.find(token); found != verified_.end()) principal = found->second;
  }
  if (!principal) {
    VEFA_TRY(principal, Read(token));
    std::lock_guard lock(mutex_);
    if (verified_.size() >= kVerifiedMax) verified_.clear();
    verified_.emplace(token, *principal);
  }
  if (now >= principal->expire_time)
    return Unauthenticated("PRINCIPAL_EXPIRED", "The principal is too old; call through the gateway again.");
  return *std::move(principal);
}

Result<Principal> PrincipalKey::Read(std::string_view token) const {
  auto invalid = [] {
    return Unauthenticated("PRINCIPAL_INVALID", "The principal's signature does not hold; sign in again.");
  };
  size_t dot = token.find('.');
  if (dot == std::string_view::npos) return invalid();
  auto body = FromBase64Url(token.substr(0, dot));
  auto signature = FromBase64Url(token.substr(dot + 1));
  if (!body.ok() || !signature.ok()) return invalid();
  if (!crypto::ConstantTimeEqual(crypto::Bytes(crypto::HmacSha256(secret_, *body)), *signature)) return invalid();
  gateway::v1::Principal proto;
  if (!proto.ParseFromString(*body)) return invalid();
  auto tenant = Uuid::Parse(proto.tenant_id());
  if (!tenant.ok()) return invalid();
  Principal principal;
  principal.tenant = *tenant;
  principal.subject = proto.subject();
  principal.permissions = {proto.permissions().begin(), proto.permissions().end()};
  principal.expire_time = Time(std::chrono::microseconds(proto.expire_micros()));
  if (!proto.narrowed()) return principal;
  principal.owners.emplace();
  for (const std::string& owner : proto.owners()) {
    Uuid id;
    if (owner.size() != id.bytes.size()) return invalid();
    std::copy(owner.begin(), owner.end(), id.bytes.begin());
    principal.owners->push_back(id);
  }
  return principal;
}

}  // namespace vefa::rpc
