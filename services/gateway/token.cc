#include "services/gateway/token.h"

#include "libs/base/text.h"

namespace vefa::gateway {
namespace {

constexpr size_t kTokenBytes = 48;
constexpr size_t kTenantBytes = 16;

}  // namespace

std::string MakeToken(const Uuid& tenant) { return MakeToken(tenant, crypto::RandomString(kTokenBytes - kTenantBytes)); }

std::string MakeToken(const Uuid& tenant, std::string_view secret_bytes) {
  std::string bytes(tenant.bytes.begin(), tenant.bytes.end());
  return ToBase64Url(bytes.append(secret_bytes));
}

std::optional<Uuid> TenantOf(std::string_view token) {
  auto bytes = FromBase64Url(token);
  if (!bytes.ok() || bytes->size() != kTokenBytes) return std::nullopt;
  Uuid tenant;
  std::copy_n(bytes->begin(), kTenantBytes, tenant.bytes.begin());
  return tenant;
}

std::string TokenCopy::KeyOf(char kind, const crypto::Digest& token_hash) {
  return std::string{kind, ':'} + ToHex(crypto::Bytes(token_hash));
}

TokenCopy TokenCopy::Read(redis::Client& redis, const std::string& key) {
  TokenCopy copy;
  auto text = redis.Get(key);
  if (text.ok() && *text) copy.json_ = nlohmann::json::parse(**text, nullptr, false);
  return copy;
}

std::string TokenCopy::Text(const char* field) const {
  auto found = json_.find(field);
  return json_.is_object() && found != json_.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<int64_t> TokenCopy::Number(const char* field) const {
  auto found = json_.find(field);
  if (!json_.is_object() || found == json_.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<int64_t>();
}

}  // namespace vefa::gateway
