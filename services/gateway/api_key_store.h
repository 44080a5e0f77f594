#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/crypto/crypto.h"
#include "libs/postgres/database.h"
#include "services/gateway/visibility.h"

namespace vefa::gateway {

// A key for programs, as it is stored.
struct ApiKey {
  Uuid tenant;
  std::string tenant_slug;  // Of FindApiKey only.
  Uuid id;
  std::string display_name;
  std::vector<std::string> permissions;
  std::string creator;
  std::string token_hint;
  Time create_time;
  Time expire_time;
  std::optional<Time> last_use_time;
  std::optional<Time> revoke_time;
  std::optional<Uuid> team{};           // Whose members' contacts it sees; nullopt: everybody's.
  SeenOwners owners = std::nullopt;     // Of FindApiKey only: those contacts' owners at that time.

  bool Ended(Time now) const { return revoke_time.has_value() || expire_time <= now; }
};

// A request that its caller may repeat.
struct KeyRequest {
  Uuid id;
  crypto::Digest hash;  // Of who asked for what.
};
// False when the tenant has `living_max` living keys already, a key of this request, or no such team.
Result<bool> InsertApiKey(postgres::Database& database, const ApiKey& key, const crypto::Digest& token_hash,
                          const std::optional<KeyRequest>& request, int64_t living_max, Deadline deadline);
// The key that a request made; nullopt when it made none. INVALID_ARGUMENT `REQUEST_ID_REUSED` when it was another request.
Result<std::optional<ApiKey>> FindRequestedApiKey(postgres::Database& database, const Uuid& tenant, const KeyRequest& request,
                                                  Deadline deadline);
// The newest first: those that have not ended before `ended_after`, at most 1,000.
Result<std::vector<ApiKey>> ListApiKeys(postgres::Database& database, const Uuid& tenant, Time ended_after,
                                        Deadline deadline);
// The key with its present end; nullopt when there is none.
Result<std::optional<ApiKey>> RevokeApiKey(postgres::Database& database, const Uuid& tenant, const Uuid& id, Time now,
                                           Deadline deadline);
// Looks a key up by its token and notes that it was used, when that was last noted before `noted_before`.
Result<std::optional<ApiKey>> FindApiKey(postgres::Database& database, const Uuid& tenant,
                                         const crypto::Digest& token_hash, Time now, Time noted_before, Deadline deadline);

// Words without blanks as one text, and back.
std::string JoinWords(const std::vector<std::string>& words);
std::vector<std::string> SplitWords(std::string_view text);

}  // namespace vefa::gateway
