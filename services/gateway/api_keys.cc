#include "services/gateway/api_keys.h"

#include "libs/base/text.h"
#include "services/gateway/sessions.h"
#include "services/gateway/team_store.h"
#include "services/gateway/token.h"

namespace vefa::gateway {
namespace {

constexpr size_t kHintLength = 4;
constexpr size_t kNameMax = 100;  // characters
constexpr size_t kPermissionsMax = 50;
constexpr std::chrono::minutes kNoteUseEvery(1);
constexpr std::chrono::days kShowEnded(90);

std::string CacheKey(const crypto::Digest& hash) { return TokenCopy::KeyOf('k', hash); }

// Nothing where what was sent is not one of our keys.
std::optional<Uuid> TenantOfKey(std::string_view key) {
  return key.starts_with(kApiKeyPrefix) ? TenantOf(key.substr(kApiKeyPrefix.size())) : std::nullopt;
}

Error TooMany() {
  return {Code::kResourceExhausted, "API_KEYS_TOO_MANY", "There are 100 living keys; revoke one that is not needed."};
}

// Why a key was not made, where no request made it before.
Error NotMade(postgres::Database& database, const Uuid& tenant, const std::optional<Uuid>& team, Deadline deadline) {
  if (!team) return TooMany();
  auto found = GetTeam(database, tenant, *team, deadline);
  return found.ok() ? TooMany() : std::move(found).error();
}

Status Validate(const ApiKey& wanted, const std::set<std::string>& known, Time now) {
  std::vector<Violation> violations;
  if (wanted.display_name.empty() || !IsUtf8(wanted.display_name) || Utf8Length(wanted.display_name) > kNameMax)
    violations.push_back({"api_key.display_name", "DISPLAY_NAME_LENGTH", "Say in 1 to 100 characters what it is for."});
  if (wanted.permissions.empty() || wanted.permissions.size() > kPermissionsMax)
    violations.push_back({"api_key.permissions", "PERMISSIONS_COUNT", "Give 1 to 50 permissions."});
  for (size_t i = 0; i < std::min(wanted.permissions.size(), kPermissionsMax); ++i)
    if (!known.contains(wanted.permissions[i]))
      violations.push_back({"api_key.permissions[" + std::to_string(i) + "]", "PERMISSION_UNKNOWN",
                            "No RPC asks for this; give one that RPCs declare, `*` or `*.read`."});
  if (wanted.expire_time <= now || wanted.expire_time > now + kApiKeyLifeMax)
    violations.push_back({"api_key.expire_time", "EXPIRE_TIME_RANGE", "Give a time within the next 366 days."});
  if (!violations.empty()) return Violations(std::move(violations));
  return Ok();
}

}  // namespace

std::string ApiKeys::TokenOf(const Uuid& tenant, const KeyRequest& request) const {
  std::string what = "api key of a request";
  what.append(tenant.bytes.begin(), tenant.bytes.end()).append(request.id.bytes.begin(), request.id.bytes.end());
  what += crypto::Bytes(request.hash);
  return std::string(kApiKeyPrefix) + MakeToken(tenant, crypto::Bytes(crypto::HmacSha256(secret_, what)));
}

Result<ApiKeys::Made> ApiKeys::MadeBefore(const Uuid& tenant, const KeyRequest& request, const std::optional<Uuid>& team, Deadline deadline) {
  VEFA_TRY(auto key, FindRequestedApiKey(database_, tenant, request, deadline));
  if (!key) return NotMade(database_, tenant, team, deadline);
  Made made{*std::move(key), TokenOf(tenant, request)};
  if (!made.token.ends_with(made.key.token_hint))
    return Error{Code::kFailedPrecondition, "API_KEY_SHOWN", "The key was made and its token cannot be shown again; make another one."};
  return made;
}

Result<ApiKeys::Made> ApiKeys::Create(const rpc::Principal& caller, ApiKey wanted, const std::set<std::string>& known,
                                      const std::optional<KeyRequest>& request, Deadline deadline) {
  Time now = clock_.Now();
  if (wanted.expire_time == Time()) wanted.expire_time = now + kApiKeyLife;
  VEFA_TRY_OK(Validate(wanted, known, now));
  for (const std::string& permission : wanted.permissions)
    if (!caller.May(permission)) {
      Error error{Code::kPermissionDenied, "PERMISSION_BEYOND_CALLER",
                  "Only who may do something himself can let a key do it; leave out " + permission + "."};
      error.metadata["permission"] = permission;
      return error;
    }
  Made made{std::move(wanted), ""};
  made.key.tenant = caller.tenant;
  made.key.id = NewUuidV7(clock_);
  made.key.creator = caller.subject;
  made.key.create_time = now;
  made.token = request ? TokenOf(caller.tenant, *request) : std::string(kApiKeyPrefix) + MakeToken(caller.tenant);
  made.key.token_hint = made.token.substr(made.token.size() - kHintLength);
  VEFA_TRY(bool is_new, InsertApiKey(database_, made.key, crypto::Sha256(made.token), request, kApiKeysMax, deadline));
  if (is_new) return made;
  if (request) return MadeBefore(caller.tenant, *request, made.key.team, deadline);
  return NotMade(database_, caller.tenant, made.key.team, deadline);
}

Result<std::vector<ApiKey>> ApiKeys::List(const Uuid& tenant, Deadline deadline) {
  return ListApiKeys(database_, tenant, clock_.Now() - kShowEnded, deadline);
}

Result<ApiKey> ApiKeys::Revoke(const Uuid& tenant, const Uuid& id, Deadline deadline) {
  VEFA_TRY(auto key, RevokeApiKey(database_, tenant, id, clock_.Now(), deadline));
  if (!key) return NotFound("API_KEY_NOT_FOUND", "There is no such key; check the name.");
  return *std::move(key);
}

Result<ApiKey> ApiKeys::Find(const std::string& token, Deadline deadline) {
  Error unknown{Code::kUnauthenticated, "API_KEY_UNKNOWN", "There is no such key; check that the whole of it was sent."};
  Error ended{Code::kUnauthenticated, "API_KEY_ENDED", "The key was revoked or has expired; make another one."};
  auto tenant = TenantOfKey(token);
  if (!tenant) return unknown;
  crypto::Digest hash = crypto::Sha256(token);
  Time now = clock_.Now();
  if (auto cached = FindCached(hash);
      cached && cached->tenant == *tenant && !cached->Ended(now) && ends_.Believes(hash, cached->id, 0))
    return *std::move(cached);
  VEFA_TRY(auto key, FindApiKey(database_, *tenant, hash, now, now - kNoteUseEvery, deadline));
  if (!key) {
    VEFA_TRY_OK(tenants_.Check(*tenant, deadline));
    return unknown;
  }
  if (key->Ended(now)) return ended;
  Cache(hash, *key);
  return *std::move(key);
}

std::optional<ApiKey> ApiKeys::FindCached(const crypto::Digest& hash) {
  const TokenCopy copy = TokenCopy::Read(redis_, CacheKey(hash));
  auto tenant = Uuid::Parse(copy.Text("tenant"));
  auto id = Uuid::Parse(copy.Text("id"));
  auto expire = ParseTime(copy.Text("expire"));
  if (!tenant.ok() || !id.ok() || !expire.ok()) return std::nullopt;
  ApiKey key;
  key.tenant = *tenant;
  key.tenant_slug = copy.Text("slug");
  key.id = *id;
  key.display_name = copy.Text("name");
  key.permissions = SplitWords(copy.Text("permissions"));
  key.expire_time = *expire;
  return key;
}

void ApiKeys::Cache(const crypto::Digest& hash, const ApiKey& key) {
  // Who is in a team is asked each time: a copy would go on seeing somebody's contacts who left.
  if (key.team) return;
  nlohmann::json json{{"tenant", key.tenant.ToString()},
                      {"slug", key.tenant_slug},
                      {"id", key.id.ToString()},
                      {"name", key.display_name},
                      {"permissions", JoinWords(key.permissions)},
                      {"expire", ToRfc3339(key.expire_time)}};
  // Without Redis the next request asks PostgreSQL again.
  static_cast<void>(redis_.Set(CacheKey(hash), json.dump(), kSessionCached).ok());
}

}  // namespace vefa::gateway
