#pragma once

#include <memory>
#include <string>

#include "libs/postgres/connection.h"

namespace vefa::ctl {

// How long a set-up statement may take.
inline constexpr std::chrono::seconds kDatabaseTimeout(30);

// Opens a database for set-up; a password that is not in the URI is taken from PGPASSFILE.
Result<std::unique_ptr<postgres::Connection>> OpenDatabase(const std::string& conninfo);

// The name of the database, from which the names of its roles derive.
Result<std::string> NameOfDatabase(postgres::Connection& connection);

}  // namespace vefa::ctl
