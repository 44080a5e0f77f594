#pragma once

#include <optional>
#include <string>

#include "libs/postgres/database.h"
#include "services/contact/contact.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// An erased contact: with which version it became so, and how many keys were destroyed then.
struct Erased {
  int64_t version = 0;
  int32_t keys_destroyed = 0;
  std::vector<ContactVersion> parts;  // The records that were a part of it, erased with it.
};

// Destroys every key of a contact, empties its record, what others wrote freely about it (titles, notes, reasons), the words
// it is found by and the stored answers about it, appends `contact.erased`: one transaction. Then the same for every record that
// is a part of it; what was interrupted there is finished by saying it again. An erased contact stays as it is. nullopt when
// there is no such contact; FAILED_PRECONDITION `CONTACT_MERGED` for a part of another, which is the one to erase, and `LEGAL_HOLD`
// when it or a part of it must be kept.
Result<std::optional<Erased>> EraseContact(postgres::Database& database, const Sealer& sealer, const Uuid& id,
                                           const std::string& reason, const Clock& clock, Deadline deadline);

// How one record is erased.
struct ErasureTerms {
  std::string reason;
  bool with_survivor = false;  // It may be a part of another, which is erased too.
  bool suppress = true;        // Its addresses are not to be written to any more.
};
// One record, without those that are a part of it, in a transaction of the caller's. Otherwise as EraseContact.
Result<std::optional<Erased>> EraseRecord(postgres::Transaction& transaction, const Sealer& sealer, const Uuid& id,
                                          const ErasureTerms& terms, const Clock& clock);

}  // namespace vefa::contact
