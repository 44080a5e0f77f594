#pragma once

#include "libs/filter/filter.h"
#include "libs/postgres/value.h"

namespace vefa::contact {

// What contacts may be filtered by; a field more is a line more. The SQL is of a contact `c`.
const filter::Schema& ContactFields();

// A condition ready to stand in a statement, with the parameters it binds.
struct Condition {
  std::string sql;
  postgres::Params params;
};
// Its first parameter is `$first`. Erased contacts are left out unless the filter speaks of `state`.
Condition ConditionOf(const filter::Filter& filter, size_t first);

}  // namespace vefa::contact
