#include "services/gateway/sessions.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/telemetry/log.h"
#include "services/gateway/token.h"

namespace vefa::gateway {
namespace {

constexpr size_t kLongestPassword = 1024;
constexpr size_t kLongestEmail = 254;
constexpr std::chrono::milliseconds kHashWait(1000);
// The idle time moves at most once a minute.
constexpr std::chrono::minutes kTouchEvery(1);

Error Refused() {
  return {Code::kUnauthenticated, "SIGN_IN_REFUSED", "Tenant, address or password is not right; check all three."};
}
Error Missing() { return {Code::kUnauthenticated, "SESSION_MISSING", "Sign in first."}; }
Error Expired() { return {Code::kUnauthenticated, "SESSION_EXPIRED", "The session has ended; sign in again."}; }

Error Busy(std::chrono::milliseconds wait) {
  Error error{Code::kResourceExhausted, "SIGN_IN_BUSY",
              "Too many tries to sign in at the moment; wait a little and try again."};
  error.retry_after_ms = static_cast<int>(wait.count());
  return error;
}

std::string KeyOf(const crypto::Digest& hash) { return TokenCopy::KeyOf('s', hash); }

// Whose contacts are seen, as a copy says it. One that does not is no copy: it would be taken for everybody's.
constexpr std::string_view kEverybody = "everybody";

std::string JoinOwners(const SeenOwners& owners) {
  if (!owners) return std::string(kEverybody);
  std::string text;
  for (const Uuid& owner : *owners) text += (text.empty() ? "" : " ") + owner.ToString();
  return text;
}

std::optional<SeenOwners> SplitOwners(std::string_view text) {
  if (text == kEverybody) return SeenOwners();
  std::vector<Uuid> owners;
  while (!text.empty()) {
    const size_t blank = std::min(text.find(' '), text.size());
    auto owner = Uuid::Parse(text.substr(0, blank));
    if (!owner.ok()) return std::nullopt;
    owners.push_back(*owner);
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  if (owners.empty()) return std::nullopt;
  return SeenOwners(std::move(owners));
}

Status Validate(std::string_view tenant, std::string_view email, std::string_view password) {
  std::vector<Violation> violations;
  auto need = [&](const char* field, std::string_view value, size_t longest) {
    if (value.empty()) violations.push_back({field, "FIELD_REQUIRED", "This is needed to sign in."});
    if (value.size() > longest) violations.push_back({field, "FIELD_TOO_LONG", "This is longer than any can be."});
  };
  need("tenant", tenant, 63);
  need("email", email, kLongestEmail);
  need("password", password, kLongestPassword);
  if (!violations.empty()) return Violations(std::move(violations));
  return Ok();
}

}  // namespace

// One of the few hashes that may be computed at once.
class Sessions::HashSlot {
 public:
  explicit HashSlot(Sessions& sessions) : sessions_(sessions) {
    std::unique_lock lock(sessions_.mutex_);
    held_ = sessions_.hash_freed_.wait_for(lock, kHashWait, [&] { return sessions_.hashing_ < kHashesAtOnce; });
    if (held_) ++sessions_.hashing_;
  }
  ~HashSlot() {
    if (!held_) return;
    std::lock_guard lock(sessions_.mutex_);
    --sessions_.hashing_;
    sessions_.hash_freed_.notify_one();
  }
  HashSlot(const HashSlot&) = delete;
  bool held() const { return held_; }

 private:
  Sessions& sessions_;
  bool held_ = false;
};

Sessions::Sessions(postgres::Database& database, redis::Client& redis, rpc::TenantDirectory& tenants,
                   const SessionEnds& ends, const Clock& clock, crypto::Argon2Cost cost)
    : database_(database),
      redis_(redis),
      tenants_(tenants),
      ends_(ends),
      clock_(clock),
      cost_(cost),
      dummy_hash_(crypto::Argon2idHash(crypto::RandomString(32), cost).value()),
      guard_(clock) {}

Result<Sessions::SignedIn> Sessions::SignIn(std::string_view tenant, std::string_view email, std::string_view password,
                                            Deadline deadline) {
  VEFA_TRY_OK(Validate(tenant, email, password));
  std::string account = std::string(tenant) + "/" + FoldEmail(email);
  if (auto wait = guard_.Try(account); wait.count() > 0) return Busy(wait);
  Result<SignedIn> signed_in = Compare(tenant, email, password, deadline);
  if (signed_in.ok())
    guard_.Succeeded(account);
  else if (signed_in.error().reason != "SIGN_IN_REFUSED")
    guard_.Untried(account);
  return signed_in;
}

Result<Sessions::SignedIn> Sessions::Compare(std::string_view tenant, std::string_view email, std::string_view password,
                                             Deadline deadline) {
  HashSlot slot(*this);
  if (!slot.held()) return Busy(kHashWait);
  VEFA_TRY(Uuid tenant_id, FindTenant(database_, tenant, deadline));
  // Asked even when the tenant is unknown: an unknown tenant takes as long as an unknown user.
  VEFA_TRY(std::optional<Account> account, FindAccount(database_, tenant_id, email, deadline));
  VEFA_TRY(bool right, crypto::Argon2idVerify(account ? account->password_hash : dummy_hash_, password));
  if (!right || !account || account->disabled) return Refused();
  if (crypto::Argon2idNeedsRehash(account->password_hash, cost_)) {
    auto hash = crypto::Argon2idHash(password, cost_);
    if (hash.ok()) VEFA_TRY_OK(StoreHash(database_, tenant_id, account->id, *hash, deadline));
  }
  Time now = clock_.Now();
  SignedIn signed_in;
  signed_in.token = MakeToken(tenant_id);
  signed_in.session = {tenant_id,     std::string(tenant), account->id, account->email, account->display_name,
                       account->role, now + kSessionLife,   account->auth_revision, account->owners};
  crypto::Digest hash = crypto::Sha256(signed_in.token);
  VEFA_TRY_OK(InsertSession(database_, signed_in.session, hash, now, now + kSessionIdle, deadline));
  Cache(hash, signed_in.session);
  return signed_in;
}

Result<Session> Sessions::Find(const std::string& token, Deadline deadline) {
  auto tenant = TenantOf(token);
  if (!tenant) return Missing();
  crypto::Digest hash = crypto::Sha256(token);
  Time now = clock_.Now();
  if (auto cached = FindCached(hash);
      cached && cached->tenant == *tenant && now < cached->expire_time && ends_.Believes(hash, cached->user, cached->auth_revision))
    return *cached;
  VEFA_TRY(std::optional<StoredSession> stored,
           FindSession(database_, *tenant, hash, now, now + kSessionIdle, now + kSessionIdle - kTouchEvery, deadline));
  if (!stored) {
    VEFA_TRY_OK(tenants_.Check(*tenant, deadline));
    return Missing();
  }
  if (stored->ended) return Expired();
  Cache(hash, stored->session);
  return std::move(stored->session);
}

Status Sessions::SignOut(const std::string& token, Deadline deadline) {
  auto tenant = TenantOf(token);
  if (!tenant) return Missing();
  crypto::Digest hash = crypto::Sha256(token);
  VEFA_TRY_OK(RevokeSession(database_, *tenant, hash, clock_.Now(), deadline));
  Status forgotten = redis_.Delete(KeyOf(hash));
  if (!forgotten.ok()) telemetry::Warn("a session ended that Redis could not be told of");
  return Ok();
}

std::optional<Session> Sessions::FindCached(const crypto::Digest& hash) {
  const TokenCopy copy = TokenCopy::Read(redis_, KeyOf(hash));
  auto tenant = Uuid::Parse(copy.Text("tenant"));
  auto user = Uuid::Parse(copy.Text("user"));
  auto expire = ParseTime(copy.Text("expire"));
  auto revision = copy.Number("revision");
  auto owners = SplitOwners(copy.Text("owners"));
  if (!tenant.ok() || !user.ok() || !expire.ok() || !revision || !owners) return std::nullopt;
  return Session{*tenant, copy.Text("slug"), *user, copy.Text("email"), copy.Text("name"), copy.Text("role"), *expire,
                 *revision, *std::move(owners)};
}

void Sessions::Cache(const crypto::Digest& hash, const Session& session) {
  auto left = std::chrono::duration_cast<std::chrono::seconds>(session.expire_time - clock_.Now());
  if (left.count() <= 0) return;
  nlohmann::json json{{"tenant", session.tenant.ToString()},
                      {"slug", session.tenant_slug},
                      {"user", session.user.ToString()},
                      {"email", session.email},
                      {"name", session.display_name},
                      {"role", session.role},
                      {"expire", ToRfc3339(session.expire_time)},
                      {"revision", session.auth_revision},
                      {"owners", JoinOwners(session.owners)}};
  // Without Redis the next request asks PostgreSQL again.
  static_cast<void>(redis_.Set(KeyOf(hash), json.dump(), std::min(left, kSessionCached)).ok());
}

std::string CsrfTokenOf(std::string_view session_token) {
  return ToBase64Url(crypto::Bytes(crypto::HmacSha256(session_token, "csrf")));
}

}  // namespace vefa::gateway
