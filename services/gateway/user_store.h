#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/crypto/crypto.h"
#include "libs/postgres/database.h"
#include "services/gateway/visibility.h"

namespace vefa::gateway {

// A user as the database has it.
struct Account {
  Uuid id;
  std::string email;
  std::string display_name;
  std::string role;
  std::string password_hash;
  bool disabled = false;
  int64_t auth_revision = 0;
  SeenOwners owners;
};

// A user to be added.
struct NewUser {
  std::string tenant;  // Slug.
  std::string email;
  std::string display_name;
  std::string role;
  std::string password;
};

// E-mail addresses are compared in lower case.
std::string FoldEmail(std::string_view email);

// The tenant of a slug; nil when there is none.
Result<Uuid> FindTenant(postgres::Database& database, std::string_view slug, Deadline deadline);
Result<std::optional<Account>> FindAccount(postgres::Database& database, const Uuid& tenant, std::string_view email,
                                           Deadline deadline);
// Replaces the hash by one of the same password at today's cost.
Status StoreHash(postgres::Database& database, const Uuid& tenant, const Uuid& user, const std::string& hash,
                 Deadline deadline);

// Adds a user or brings one to this state, as the database's owner; another password, role or a
// disabled account ends the sessions made before. Returns whether anything changed.
// NOT_FOUND `TENANT_UNKNOWN`; INVALID_ARGUMENT with every violation.
Result<bool> PutUser(postgres::Database& owner, const NewUser& user, const Clock& clock, Deadline deadline,
                     const crypto::Argon2Cost& cost = {});

}  // namespace vefa::gateway
