#include "services/contact/iys/iys_account_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define IYS_ACCOUNT_COLUMNS                                                                                                   \
  "iys_code, brand_code, username, wrapped_password, master, approval_purpose, unknown_country, enabled, pull_after, pull_time," \
  " trouble, update_time"
const Statement kGetAccount{"iys_account_get", "SELECT " IYS_ACCOUNT_COLUMNS " FROM iys_account WHERE tenant_id = $1"};
const Statement kStoreAccount{
    "iys_account_store",
    "INSERT INTO iys_account AS a (tenant_id, iys_code, brand_code, username, wrapped_password, master, approval_purpose, unknown_country,"
    "  enabled, sweep_after, update_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '00000000-0000-0000-0000-000000000000', $10)"
    " ON CONFLICT (tenant_id) DO UPDATE SET iys_code = excluded.iys_code, brand_code = excluded.brand_code, username = excluded.username,"
    "  wrapped_password = CASE WHEN excluded.wrapped_password = '' THEN a.wrapped_password ELSE excluded.wrapped_password END,"
    "  master = excluded.master, approval_purpose = excluded.approval_purpose, unknown_country = excluded.unknown_country,"
    "  enabled = excluded.enabled, sweep_after = excluded.sweep_after, next_time = '-infinity', update_time = excluded.update_time,"
    // Another brand is another register.
    "  pull_after = CASE WHEN (a.iys_code, a.brand_code) = (excluded.iys_code, excluded.brand_code) THEN a.pull_after ELSE '' END,"
    "  pull_time = CASE WHEN (a.iys_code, a.brand_code) = (excluded.iys_code, excluded.brand_code) THEN a.pull_time END"
    " RETURNING " IYS_ACCOUNT_COLUMNS};
const Statement kLeaseAccount{"iys_account_lease",
                              "UPDATE iys_account SET lease_time = $3 WHERE tenant_id = $1 AND enabled AND lease_time <= $2 AND next_time <= $2"
                              " RETURNING " IYS_ACCOUNT_COLUMNS};
const Statement kRenewLease{"iys_account_renew", "UPDATE iys_account SET lease_time = $2 WHERE tenant_id = $1"};
const Statement kReleaseAccount{"iys_account_release",
                                "UPDATE iys_account SET lease_time = '-infinity', next_time = $2, trouble = $3 WHERE tenant_id = $1"};
const Statement kStorePull{"iys_pull_store", "UPDATE iys_account SET pull_after = $2, pull_time = $3 WHERE tenant_id = $1"};

IysAccount ReadAccount(const Rows& rows) {
  IysAccount account;
  account.iys_code = rows.Int64(0, 0);
  account.brand_code = rows.Int64(0, 1);
  account.username = rows.String(0, 2);
  account.wrapped_password = rows.String(0, 3);
  account.master = static_cast<IysMaster>(rows.Int32(0, 4));
  account.approval_purpose = rows.String(0, 5);
  account.unknown_country = rows.Bool(0, 6);
  account.enabled = rows.Bool(0, 7);
  account.pull_after = rows.String(0, 8);
  if (!rows.IsNull(0, 9)) account.pull_time = rows.Timestamp(0, 9);
  account.trouble = rows.String(0, 10);
  account.update_time = rows.Timestamp(0, 11);
  return account;
}

}  // namespace

Result<std::optional<IysAccount>> GetIysAccount(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGetAccount, Bound(tenant), deadline));
  if (rows.empty()) return std::optional<IysAccount>();
  return std::optional(ReadAccount(rows));
}

Result<IysAccount> NeedIysAccount(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(auto account, GetIysAccount(database, tenant, deadline));
  if (!account) return Error{Code::kNotFound, "IYS_ACCOUNT_NOT_FOUND", "Nobody has said by what IYS knows you; set the IYS account first."};
  return *std::move(account);
}

Result<IysAccount> StoreIysAccount(postgres::Transaction& transaction, const Uuid& tenant, const IysAccount& account, const Clock& clock) {
  VEFA_TRY(Rows rows, transaction.Execute(kStoreAccount, Bound(tenant, account.iys_code, account.brand_code, account.username,
                                                               postgres::Bytes{account.wrapped_password}, static_cast<int16_t>(account.master),
                                                               account.approval_purpose, account.unknown_country, account.enabled, clock.Now())));
  return ReadAccount(rows);
}

Result<std::optional<IysAccount>> LeaseIysAccount(postgres::Database& database, const Uuid& tenant, Time now, Time until, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kLeaseAccount, Bound(tenant, now, until), deadline));
  if (rows.empty()) return std::optional<IysAccount>();
  return std::optional(ReadAccount(rows));
}

Status RenewIysLease(postgres::Database& database, const Uuid& tenant, Time until, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kRenewLease, Bound(tenant, until), deadline));
  return Ok();
}

Status ReleaseIysAccount(postgres::Database& database, const Uuid& tenant, Time next_time, const std::string& trouble, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kReleaseAccount, Bound(tenant, next_time, trouble), deadline));
  return Ok();
}

Status StorePull(postgres::Transaction& transaction, const Uuid& tenant, const std::string& after, Time time) {
  VEFA_TRY_OK(transaction.Execute(kStorePull, Bound(tenant, after, time)));
  return Ok();
}

}  // namespace vefa::contact
