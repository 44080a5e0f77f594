#pragma once

#include <map>
#include <optional>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/contact_copies.h"
#include "services/contact/interest/interest.h"

// The SQL of interests.
namespace vefa::contact {

Result<HalfLives> ReadHalfLives(postgres::Database& database, const Uuid& tenant, Deadline deadline);
// Without days what was set is set no more. RESOURCE_EXHAUSTED `HALF_LIVES_TOO_MANY`.
Status SetHalfLife(postgres::Database& database, const Uuid& tenant, const InterestKey& key, std::optional<double> days,
                   Deadline deadline);

struct RecordedSignals {
  int recorded = 0;
  std::vector<ContactVersion> changed;
};
// Takes checked signals, each with an id, with an event of each contact that learned something. NOT_FOUND `CONTACT_NOT_FOUND`,
// FAILED_PRECONDITION `CONTACT_ERASED` or `CONTACT_MERGED`, RESOURCE_EXHAUSTED `INTERESTS_TOO_MANY`.
Result<RecordedSignals> RecordSignals(postgres::Transaction& transaction, const Uuid& tenant,
                                      const std::vector<InterestSignal>& signals, const Clock& clock);

// nullopt when there is no such contact.
Result<std::optional<InterestParts>> ReadInterests(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                   Deadline deadline);

// Forgets what an erased person was interested in.
std::vector<postgres::Call> ForgetInterestsCalls(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
