#pragma once

#include <optional>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/crypto/crypto.h"
#include "libs/postgres/database.h"
#include "services/gateway/user_store.h"

namespace vefa::gateway {

// Who is signed in.
struct Session {
  Uuid tenant;
  std::string tenant_slug;
  Uuid user;
  std::string email;
  std::string display_name;
  std::string role;
  Time expire_time;
  int64_t auth_revision = 0;  // Of the user, when the session began.
  SeenOwners owners = std::nullopt;  // Whose contacts he sees now.
};

// A session as the database has it, alive or not.
struct StoredSession {
  Session session;
  bool ended = false;  // Revoked, expired, idle for too long, or made before the account changed.
};

// Remembers a session and forgets the user's long expired ones.
Status InsertSession(postgres::Database& database, const Session& session, const crypto::Digest& token_hash, Time now,
                     Time idle_expire, Deadline deadline);

// Looks a session up; one that is alive and whose idle time runs to before `touch_before` gets
// `idle_expire` as its new one.
Result<std::optional<StoredSession>> FindSession(postgres::Database& database, const Uuid& tenant,
                                                 const crypto::Digest& token_hash, Time now, Time idle_expire,
                                                 Time touch_before, Deadline deadline);

// Ends a session for good. One that is not there has ended already.
Status RevokeSession(postgres::Database& database, const Uuid& tenant, const crypto::Digest& token_hash, Time now,
                     Deadline deadline);

}  // namespace vefa::gateway
