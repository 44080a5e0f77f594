#pragma once

#include <optional>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/contact_store.h"
#include "services/contact/merge/merge.h"

// Rows of a recursive query named `part`: everybody who is a part of the `survivors`, directly or not, with the one it counts for, since when, and
// how deep below it. `survivors` and `levels` are SQL; the latter is kMergeLevelsMax.
#define CONTACT_PARTS(survivors, levels)                                                                             \
  "part AS (SELECT m.survivor_id AS start, m.merged_id AS id, m.create_time AS since, 1 AS level FROM contact_merge m" \
  "   WHERE m.tenant_id = $1 AND m.survivor_id = " survivors " AND m.undo_time IS NULL"                               \
  "  UNION ALL SELECT p.start, m.merged_id, p.since, p.level + 1 FROM part p JOIN contact_merge m"                     \
  "   ON m.tenant_id = $1 AND m.survivor_id = p.id AND m.undo_time IS NULL WHERE p.level < " levels ")"

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
