#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/id.h"
#include "libs/crypto/crypto.h"
#include "libs/redis/client.h"

namespace vefa::gateway {

// What stands for a caller, of a session or an API key: 48 bytes in base64url, the tenant's id, to find the row by, and 32
// random ones.
std::string MakeToken(const Uuid& tenant);
// The same with 32 bytes that nobody can guess.
std::string MakeToken(const Uuid& tenant, std::string_view secret_bytes);
// The tenant a token names; nothing when it is not one of our tokens.
std::optional<Uuid> TenantOf(std::string_view token);

// What Redis repeats of a token's row. What another version wrote there, or somebody else, is as good as nothing.
class TokenCopy {
 public:
  // `kind` keeps sessions and keys apart.
  static std::string KeyOf(char kind, const crypto::Digest& token_hash);
  static TokenCopy Read(redis::Client& redis, const std::string& key);

  std::string Text(const char* field) const;  // "" where there is none.
  std::optional<int64_t> Number(const char* field) const;

 private:
  nlohmann::json json_;
};

}  // namespace vefa::gateway
