#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/identity/identity.h"

// The SQL of identities.
namespace vefa::contact {

// Somebody behind an identity: of a merged contact the one that goes on, whom one knows then.
struct Identified {
  Uuid contact;
  bool anonymous = false;
};
// One for each source and value, in their order; nullopt: nobody.
Result<std::vector<std::optional<Identified>>> FindIdentities(postgres::Database& database, const Uuid& tenant,
                                                              const std::vector<std::string>& sources,
                                                              const std::vector<std::string>& values, Deadline deadline);
// The same of one, within a transaction.
Result<std::optional<Identified>> FindIdentity(postgres::Transaction& transaction, const Uuid& tenant, const Identity& identity);

// Gives an identity to its contact, with the event of that; the contact's new version. FAILED_PRECONDITION `IDENTITIES_TOO_MANY`; ABORTED
// `TRANSACTION_CONFLICT` when somebody else gives it at the same time.
Result<int64_t> InsertIdentity(postgres::Transaction& transaction, const Uuid& tenant, const Identity& identity, const Clock& clock);
// Its contact is no visitor any more.
Status EndAnonymity(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact);
// Takes it away, with the event of that; the contact's new version, or nullopt when it is not there.
Result<std::optional<int64_t>> DeleteIdentity(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, const Uuid& id,
                                              const Clock& clock);

// Those of a contact and of its parts, the oldest first; nullopt: there is no such contact.
Result<std::optional<std::vector<Identity>>> ListIdentities(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                            Deadline deadline);
// Forgets those of an erased person.
postgres::Call ForgetIdentitiesCall(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
