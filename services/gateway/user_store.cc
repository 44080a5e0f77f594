#include "services/gateway/user_store.h"

#include "libs/base/text.h"
#include "services/gateway/roles.h"

namespace vefa::gateway {
namespace {

constexpr size_t kLongestEmail = 254;
constexpr size_t kLongestName = 200;
constexpr size_t kShortestPassword = 12;
constexpr size_t kLongestPassword = 1024;

const postgres::Statement kTenant{"gateway_tenant_by_slug", "SELECT id FROM tenant WHERE slug = $1"};
const postgres::Statement kAccount{
    "gateway_account_by_email",
    "SELECT u.id, u.email, u.display_name, u.role, u.password_hash, u.disabled, u.auth_revision, " VEFA_SEEN_OWNERS
    " FROM user_account u WHERE u.tenant_id = $1 AND u.email = $2"};
const postgres::Statement kStoreHash{
    "gateway_store_hash",
    "UPDATE user_account SET password_hash = $3, update_time = now() WHERE tenant_id = $1 AND id = $2"};
const postgres::Statement kPut{
    "gateway_put_account",
    "INSERT INTO user_account AS u (tenant_id, id, email, display_name, role, password_hash) VALUES ($1, $2, $3, $4, "
    "$5, $6)"
    " ON CONFLICT (tenant_id, email) DO UPDATE SET display_name = excluded.display_name, role = excluded.role,"
    "  password_hash = excluded.password_hash, disabled = false, update_time = now(),"
    "  auth_revision = u.auth_revision + 1"};

Status Validate(const NewUser& user) {
  std::vector<Violation> violations;
  size_t at = user.email.find('@');
  if (user.email.size() > kLongestEmail || at == 0 || at == std::string::npos || at + 1 == user.email.size() ||
      !IsUtf8(user.email) || user.email.find_first_of(" \t\r\n") != std::string::npos)
    violations.push_back({"email", "EMAIL_SYNTAX", "Give an address like name@example.com."});
  if (user.display_name.empty() || !IsUtf8(user.display_name) || Utf8Length(user.display_name) > kLongestName)
    violations.push_back({"display_name", "DISPLAY_NAME_LENGTH", "Give a name of 1 to 200 characters."});
  if (!PermissionsOf(user.role)) violations.push_back({"role", "ROLE_UNKNOWN", "The role is `operator`, `admin` or `viewer`."});
  if (user.password.size() < kShortestPassword || user.password.size() > kLongestPassword)
    violations.push_back({"password", "PASSWORD_LENGTH", "Give a password of 12 to 1,024 bytes."});
  if (!violations.empty()) return Violations(std::move(violations));
  return Ok();
}

}  // namespace

std::string FoldEmail(std::string_view email) {
  std::string folded(email);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return folded;
}

Result<Uuid> FindTenant(postgres::Database& database, std::string_view slug, Deadline deadline) {
  VEFA_TRY(postgres::Rows rows,
           database.Run(postgres::Scope::Tenant(Uuid{}), kTenant, postgres::Bound(slug), deadline));
  return rows.empty() ? Uuid{} : rows.Id(0, 0);
}

Result<std::optional<Account>> FindAccount(postgres::Database& database, const Uuid& tenant, std::string_view email,
                                           Deadline deadline) {
  VEFA_TRY(postgres::Rows rows, database.Run(postgres::Scope::Tenant(tenant), kAccount,
                                             postgres::Bound(tenant, FoldEmail(email)), deadline));
  if (rows.empty()) return std::optional<Account>();
  Account account;
  account.id = rows.Id(0, 0);
  account.email = rows.String(0, 1);
  account.display_name = rows.String(0, 2);
  account.role = rows.String(0, 3);
  account.password_hash = rows.String(0, 4);
  account.disabled = rows.Bool(0, 5);
  account.auth_revision = rows.Int64(0, 6);
  account.owners = ReadSeenOwners(rows, 0, 7);
  return std::optional<Account>(std::move(account));
}

Status StoreHash(postgres::Database& database, const Uuid& tenant, const Uuid& user, const std::string& hash,
                 Deadline deadline) {
  VEFA_TRY_OK(database.Run(postgres::Scope::Tenant(tenant), kStoreHash, postgres::Bound(tenant, user, hash), deadline));
  return Ok();
}

Result<bool> PutUser(postgres::Database& owner, const NewUser& user, const Clock& clock, Deadline deadline,
                     const crypto::Argon2Cost& cost) {
  VEFA_TRY_OK(Validate(user));
  VEFA_TRY(Uuid tenant, FindTenant(owner, user.tenant, deadline));
  if (tenant.is_nil()) return NotFound("TENANT_UNKNOWN", "There is no tenant `" + user.tenant + "`; add it first.");
  VEFA_TRY(std::optional<Account> known, FindAccount(owner, tenant, user.email, deadline));
  if (known && known->display_name == user.display_name && known->role == user.role && !known->disabled) {
    VEFA_TRY(bool same, crypto::Argon2idVerify(known->password_hash, user.password));
    if (same) return false;
  }
  VEFA_TRY(std::string hash, crypto::Argon2idHash(user.password, cost));
  VEFA_TRY_OK(owner.Run(
      postgres::Scope::Tenant(tenant), kPut,
      postgres::Bound(tenant, NewUuidV7(clock), FoldEmail(user.email), user.display_name, user.role, hash), deadline));
  return true;
}

}  // namespace vefa::gateway
