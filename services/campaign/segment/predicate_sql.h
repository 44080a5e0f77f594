#pragma once

#include <string>

#include "libs/postgres/value.h"
#include "services/campaign/segment/predicate.h"

namespace vefa::campaign {

// A valid predicate as a condition over `contact_state s`, never NULL. Columns come from our table
// of attributes and every value is bound: appended to `params`, whose first is the tenant.
std::string ConditionSql(const Predicate& predicate, postgres::Params& params);

}  // namespace vefa::campaign
