#pragma once

#include <string>
#include <vector>

#include "libs/postgres/migrate.h"

namespace vefa::ctl {

// Every step of a service's schema, in order; the tables that all event services share come first.
std::vector<postgres::Migration> MigrationsOf(const std::string& service);

}  // namespace vefa::ctl
