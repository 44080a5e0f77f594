#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/redis/client.h"
#include "libs/rpc/principal.h"
#include "libs/rpc/tenants.h"
#include "services/gateway/api_key_store.h"
#include "services/gateway/session_ends.h"

namespace vefa::gateway {

inline constexpr std::string_view kApiKeyPrefix = "vefa_";
inline constexpr std::chrono::days kApiKeyLife(90);
inline constexpr std::chrono::days kApiKeyLifeMax(366);
inline constexpr int64_t kApiKeysMax = 100;

// Keys for programs: making, listing and ending them, and who a token stands for. PostgreSQL is the record; Redis
// repeats it for a minute and is not believed of a key that was revoked (SessionEnds). Thread-safe.
class ApiKeys {
 public:
  // `secret` is what gateways share: the token of a request that may be repeated is made from it.
  ApiKeys(postgres::Database& database, redis::Client& redis, rpc::TenantDirectory& tenants, const SessionEnds& ends,
          std::string secret, const Clock& clock)
      : database_(database), redis_(redis), tenants_(tenants), ends_(ends), secret_(std::move(secret)), clock_(clock) {}

  struct Made {
    ApiKey key;
    std::string token;  // `vefa_` and what MakeToken makes.
  };
  // `wanted` has display name, permissions and perhaps an end. `known` is what RPCs declare. The same `request` once more
  // gives the same answer.
  Result<Made> Create(const rpc::Principal& caller, ApiKey wanted, const std::set<std::string>& known,
                      const std::optional<KeyRequest>& request, Deadline deadline);
  Result<std::vector<ApiKey>> List(const Uuid& tenant, Deadline deadline);
  // NOT_FOUND `API_KEY_NOT_FOUND`.
  Result<ApiKey> Revoke(const Uuid& tenant, const Uuid& id, Deadline deadline);

  // UNAUTHENTICATED `API_KEY_UNKNOWN`, `API_KEY_ENDED`; NOT_FOUND `TENANT_UNKNOWN`.
  Result<ApiKey> Find(const std::string& token, Deadline deadline);

 private:
  // The token of a key that a request made: the same each time, and nobody's without the secret.
  std::string TokenOf(const Uuid& tenant, const KeyRequest& request) const;
  Result<Made> MadeBefore(const Uuid& tenant, const KeyRequest& request, const std::optional<Uuid>& team, Deadline deadline);
  std::optional<ApiKey> FindCached(const crypto::Digest& hash);
  void Cache(const crypto::Digest& hash, const ApiKey& key);

  postgres::Database& database_;
  redis::Client& redis_;
  rpc::TenantDirectory& tenants_;
  const SessionEnds& ends_;
  const std::string secret_;
  const Clock& clock_;
};

}  // namespace vefa::gateway
