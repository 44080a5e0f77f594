#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::rpc {

// The metadata key a signed principal travels under.
inline constexpr char kPrincipalMetadata[] = "vefa-principal";

// On whose behalf a call is made.
struct Principal {
  Uuid tenant;
  std::string subject;                   // `users/{uuid}` or `services/{name}`
  // `contacts.read`; `*` is everything of the tenant, `*.read` every reading. What reaches across tenants is
  // named: `platform.*`, `platform.read`.
  std::vector<std::string> permissions;
  Time expire_time;
  // Whose contacts may be seen: those that these users answer for, the caller himself being the first; everybody's where nothing
  // is said, as it is of services and keys. At most kOwnersMax, so that it fits into the metadata of a call.
  std::optional<std::vector<Uuid>> owners = std::nullopt;

  bool May(std::string_view permission) const;
  bool SeesAll() const { return !owners.has_value(); }
};

// The most users whose contacts one may see, beside one's own.
inline constexpr size_t kOwnersMax = 250;

// When a principal made now is to end: just after the longest call it may be made for, on a whole half minute, so that
// those made close together are the same one and need not be verified twice.
inline Time PrincipalEnd(Time now) {
  return std::chrono::ceil<std::chrono::duration<int64_t, std::ratio<30>>>(now + std::chrono::minutes(2));
}

// Signs and verifies principals with the secret that the gateway and the services share
// (HMAC-SHA-256 over the serialised vefa.gateway.v1.Principal). Remembers what it verified. Thread-safe.
class PrincipalKey {
 public:
  explicit PrincipalKey(std::string secret) : secret_(std::move(secret)) {}

  std::string Sign(const Principal& principal) const;
  // UNAUTHENTICATED `PRINCIPAL_MISSING`, `PRINCIPAL_INVALID` or `PRINCIPAL_EXPIRED`.
  Result<Principal> Verify(std::string_view token, Time now) const;
  // How many verified tokens are remembered; when more come, all are forgotten.
  static constexpr size_t kVerifiedMax = 4096;
  // For other signatures of the process, such as those of page tokens.
  const std::string& secret() const { return secret_; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  Result<Principal> Read(std::string_view token) const;

  std::string secret_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, Principal, Hash, std::equal_to<>> verified_;
};

}  // namespace vefa::rpc
