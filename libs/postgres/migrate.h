#pragma once

#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/postgres/connection.h"

namespace vefa::postgres {

// One forward-only step of a schema. Never edited once released.
struct Migration {
  const char* name;  // `0001_contacts`; the order of names is the order of application.
  const char* sql;   // `${service}` and `${pump}` stand for the names of the two roles.
};

// Brings the database of `connection`, opened as its owner, to the newest schema: takes a lock,
// applies each step that is missing in a transaction of its own, remembers it in
// `schema_migration` with a checksum. FAILED_PRECONDITION `MIGRATION_EDITED` when a step that was
// applied has another text now. Returns the names applied.
Result<std::vector<std::string>> Migrate(Connection& connection, const std::vector<Migration>& migrations,
                                         const std::string& service_role, const std::string& pump_role);

}  // namespace vefa::postgres
