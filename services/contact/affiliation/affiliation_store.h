#pragma once

#include <optional>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/contact/affiliation/affiliation.h"

// The SQL of affiliations. Every write is one short transaction with its event.
namespace vefa::contact {

Error NoSuchAffiliation();

// Creates one; its person and its organisation are held. FAILED_PRECONDITION `PRIMARY_TAKEN`.
Result<Affiliation> CreateAffiliation(postgres::Transaction& transaction, const Uuid& tenant, Affiliation affiliation,
                                      const Clock& clock);
// As it is, without holding it. nullopt when there is none.
Result<std::optional<Affiliation>> FindAffiliation(postgres::Transaction& transaction, const Uuid& tenant,
                                                   const Uuid& id);
// The same, held until the transaction ends.
Result<std::optional<Affiliation>> HoldAffiliation(postgres::Transaction& transaction, const Uuid& tenant,
                                                   const Uuid& id);
// Moves one that is held to its new state, with an event of this type. FAILED_PRECONDITION `PRIMARY_TAKEN`.
Result<Affiliation> ChangeAffiliation(postgres::Transaction& transaction, const Uuid& tenant, Affiliation after,
                                      const char* type, const Clock& clock);

Result<std::optional<Affiliation>> GetAffiliation(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                  Deadline deadline);

// Where a page of a list begins, and what is on it: a person's or an organisation's.
struct AffiliationPage {
  Uuid contact;       // Nil: by organisation.
  Uuid organization;
  std::optional<int32_t> as_of_day;
  Uuid after;  // Id of the last row; nil for the first page.
  int size = 50;
};
Result<std::vector<Affiliation>> ListAffiliations(postgres::Database& database, const Uuid& tenant,
                                                  const AffiliationPage& page, Deadline deadline);

}  // namespace vefa::contact
