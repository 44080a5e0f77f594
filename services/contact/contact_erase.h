#pragma once

#include <optional>
#include <string>

#include "libs/postgres/database.h"
#include "services/contact/contact.h"

namespace vefa::contact {

// An erased contact: with which version it became so, and how many keys were destroyed then.
struct Erased {
  int64_t version = 0;
  int32_t keys_destroyed = 0;
};

// Destroys every key of a contact, empties its record, what others wrote freely about it (titles, notes, reasons), the words
// it is found by and the stored answers about it, appends `contact.erased`: one transaction, one round trip. An erased
// contact stays as it is. nullopt when there
// is no such contact.
Result<std::optional<Erased>> EraseContact(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                           const std::string& reason, const Clock& clock, Deadline deadline);

}  // namespace vefa::contact
