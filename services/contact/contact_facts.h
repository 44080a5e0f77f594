#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/contact/contact_copies.h"

namespace vefa::contact {

// Something about a contact that is kept beside its record.
struct ContactFact {
  Uuid contact;
  std::string payload;  // Of its event.
};
// Appends one event of a type for each of these contacts, at most one each, in one statement; each makes a version of its contact. The
// caller holds them. Those that were erased are left out; what it answers is to be told to the copies after the commit.
Result<std::vector<ContactVersion>> AppendFacts(postgres::Transaction& transaction, const Uuid& tenant, const char* event_type,
                                                const std::vector<ContactFact>& facts, const Clock& clock);

}  // namespace vefa::contact
