#pragma once

#include <optional>
#include <string>

#include "libs/postgres/database.h"
#include "services/contact/iys/iys.h"

// The SQL of by what IYS knows a tenant, and of who speaks for it.
namespace vefa::contact {

Result<std::optional<IysAccount>> GetIysAccount(postgres::Database& database, const Uuid& tenant, Deadline deadline);
// The same; NOT_FOUND `IYS_ACCOUNT_NOT_FOUND`.
Result<IysAccount> NeedIysAccount(postgres::Database& database, const Uuid& tenant, Deadline deadline);
// Has everybody looked at anew. An empty `wrapped_password` leaves the stored one.
Result<IysAccount> StoreIysAccount(postgres::Transaction& transaction, const Uuid& tenant, const IysAccount& account, const Clock& clock);

// One replica's time to speak for a tenant; nullopt while another has it, or it is not time yet.
Result<std::optional<IysAccount>> LeaseIysAccount(postgres::Database& database, const Uuid& tenant, Time now, Time until, Deadline deadline);
// Has it for longer.
Status RenewIysLease(postgres::Database& database, const Uuid& tenant, Time until, Deadline deadline);
// Ends it: nobody is to try before `next_time`. `trouble` is the reason of an error, or empty.
Status ReleaseIysAccount(postgres::Database& database, const Uuid& tenant, Time next_time, const std::string& trouble, Deadline deadline);
Status StorePull(postgres::Transaction& transaction, const Uuid& tenant, const std::string& after, Time time);

}  // namespace vefa::contact
