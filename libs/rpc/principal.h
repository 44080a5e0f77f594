#pragma once

#include <string>
#include <string_view>
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

  bool May(std::string_view permission) const;
};

// Signs and verifies principals with the secret that the gateway and the services share
// (HMAC-SHA-256 over the serialised vefa.gateway.v1.Principal). Thread-safe.
class PrincipalKey {
 public:
  explicit PrincipalKey(std::string secret) : secret_(std::move(secret)) {}

  std::string Sign(const Principal& principal) const;
  // UNAUTHENTICATED `PRINCIPAL_MISSING`, `PRINCIPAL_INVALID` or `PRINCIPAL_EXPIRED`.
  Result<Principal> Verify(std::string_view token, Time now) const;
  // For other signatures of the process, such as those of page tokens.
  const std::string& secret() const { return secret_; }

 private:
  std::string secret_;
};

}  // namespace vefa::rpc
