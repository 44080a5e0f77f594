#pragma once

#include <optional>
#include <vector>

#include "libs/base/id.h"
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
// Its first parameter is `$first`. Erased contacts are left out unless the filter speaks of `state`, and, where `owners` are given, those
// that nobody of them answers for.
Condition ConditionOf(const filter::Filter& filter, size_t first, const std::optional<std::vector<Uuid>>& owners = std::nullopt);

}  // namespace vefa::contact
