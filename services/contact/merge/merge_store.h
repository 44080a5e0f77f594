#pragma once

#include <optional>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/contact_store.h"
#include "services/contact/merge/merge.h"

// The SQL of merges. All of it is called under the lock of the survivor's record.
namespace vefa::contact {

// A survivor: its own record, and those that are a part of it, in the order of their merges.
struct Survivor {
  Contact own;
  std::vector<Absorbed> absorbed;
};
// Of a locked record; of one into which nothing was merged, itself.
Result<Survivor> LoadSurvivor(postgres::Transaction& transaction, const Uuid& tenant, const Contact& locked);
// Keeps its own record and what is taken; drops the former where nothing is a part of it any more.
Status StoreSurvivor(postgres::Transaction& transaction, const Uuid& tenant, const Survivor& survivor);

// Somebody changes what a survivor shows, from `before` to `after`: its own record follows, and what it takes. `after` becomes
// what it shows then.
Status KeepOwnRecord(postgres::Transaction& transaction, const Uuid& tenant, const Contact& before, Contact& after);

Status InsertMerge(postgres::Transaction& transaction, const Uuid& tenant, const Merge& merge);
// Ends it, and says so at both records.
Status UndoMerge(postgres::Transaction& transaction, const Uuid& tenant, const Merge& merge);
// Locked until the transaction ends.
Result<std::optional<Merge>> LockMerge(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id);
// nullopt: there is no such contact. The newest first, at most 1,000.
Result<std::optional<std::vector<Merge>>> ListMerges(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                     Deadline deadline);

// A merged record changed: brings those it is a part of, from `survivor` upwards, to show it. Whoever changed is added to
// `changed`.
Status RefreshSurvivors(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions,
                        Uuid survivor, const Clock& clock, std::vector<ContactVersion>& changed);
// Consents of a survivor or of what is a part of it changed: settles what holds of those from `survivor` upwards.
Status SettleConsents(postgres::Transaction& transaction, const Uuid& tenant, Uuid survivor);

// Those who are a part of a contact, directly or not, and can be erased with it.
Result<std::vector<Uuid>> PartsOf(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline);
// Forgets a survivor's own record, when it is erased.
postgres::Call ForgetOwnCall(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
