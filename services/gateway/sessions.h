#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/crypto/crypto.h"
#include "libs/postgres/database.h"
#include "libs/redis/client.h"
#include "libs/rpc/tenants.h"
#include "services/gateway/session_ends.h"
#include "services/gateway/session_store.h"
#include "services/gateway/sign_in_guard.h"

namespace vefa::gateway {

inline constexpr std::chrono::hours kSessionLife(12);
inline constexpr std::chrono::minutes kSessionIdle(30);
// How long Redis may repeat what PostgreSQL said.
inline constexpr std::chrono::seconds kSessionCached(60);
// Password hashes at once, 19 MiB each.
inline constexpr int kHashesAtOnce = 4;

// Signing in and out, and who a token stands for. PostgreSQL is the record; Redis repeats it for a
// minute so that most requests need no database, and is not believed of a session that has ended. Without
// Redis everything works. Thread-safe.
class Sessions {
 public:
  Sessions(postgres::Database& database, redis::Client& redis, rpc::TenantDirectory& tenants, const SessionEnds& ends,
           const Clock& clock, crypto::Argon2Cost cost = {});

  struct SignedIn {
    Session session;
    std::string token;  // What MakeToken makes.
  };
  // UNAUTHENTICATED `SIGN_IN_REFUSED` for an unknown tenant, user or a wrong password alike, after
  // the same work; RESOURCE_EXHAUSTED `SIGN_IN_BUSY` when too many sign in at once or one account is
  // being guessed at; INVALID_ARGUMENT for an empty field.
  Result<SignedIn> SignIn(std::string_view tenant, std::string_view email, std::string_view password,
                          Deadline deadline);

  // UNAUTHENTICATED `SESSION_MISSING` for a token that never was, `SESSION_EXPIRED` for one whose
  // session ended; NOT_FOUND `TENANT_UNKNOWN`.
  Result<Session> Find(const std::string& token, Deadline deadline);

  // Ends the session, in PostgreSQL first.
  Status SignOut(const std::string& token, Deadline deadline);

 private:
  class HashSlot;
  Result<SignedIn> Compare(std::string_view tenant, std::string_view email, std::string_view password,
                           Deadline deadline);
  std::optional<Session> FindCached(const crypto::Digest& hash);
  void Cache(const crypto::Digest& hash, const Session& session);

  postgres::Database& database_;
  redis::Client& redis_;
  rpc::TenantDirectory& tenants_;
  const SessionEnds& ends_;
  const Clock& clock_;
  const crypto::Argon2Cost cost_;
  const std::string dummy_hash_;  // What an unknown user's password is compared with.
  SignInGuard guard_;
  std::mutex mutex_;
  std::condition_variable hash_freed_;
  int hashing_ = 0;
};

// To be sent as `X-Csrf-Token` with every write of a browser: only who knows the token, or was
// told by GetSession, can make it.
std::string CsrfTokenOf(std::string_view session_token);

}  // namespace vefa::gateway
