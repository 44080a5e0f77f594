#pragma once

#include <string>

#include "libs/postgres/value.h"
#include "services/campaign/segment/predicate.h"

namespace vefa::campaign {

// A valid predicate as a condition over `contact_state s`, never NULL. Columns come from our table
// of attributes and every value is bound: appended to `params`, whose first is the tenant.
std::string ConditionSql(const Predicate& predicate, postgres::Params& params);

// The statements that ask for whom a predicate holds: how many of all; by id, after $2, $3 of them; and all of
// them as the audience of the campaign $2.
std::string CountSql(const Predicate& predicate, postgres::Params& params);
std::string MembersSql(const Predicate& predicate, postgres::Params& params);
std::string AudienceSql(const Predicate& predicate, postgres::Params& params);

}  // namespace vefa::campaign
