#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "libs/postgres/migrate.h"

namespace vefa::postgres {

// Whether a database has every step that a program was built with. Steps it does not know are of a newer release, whose
// schema an older one can use. Asked until it holds, then remembered: schemas only go forward. Thread-safe.
class SchemaCheck {
 public:
  SchemaCheck(Database& database, std::vector<Migration> needed);

  // UNAVAILABLE `SCHEMA_TOO_OLD` that names the first step that is missing and the last one that is needed.
  Status Ready(Deadline deadline);

 private:
  Database& database_;
  const std::vector<Migration> needed_;
  std::atomic<bool> holds_{false};
};

}  // namespace vefa::postgres
