#pragma once

#include <functional>

#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/interaction/score/scoring.h"

namespace vefa::interaction {

// Reads every order of a tenant up to `horizon_days` after the as-of day, as the `pump` role, from
// one snapshot and page by page. `alive` is called after each page. FAILED_PRECONDITION
// `NO_ORDERS`, `MIXED_CURRENCIES` (those up to the as-of day), `TOO_MANY_ORDERS` (20 million).
Result<Purchases> ReadPurchases(postgres::Database& pump, const Uuid& tenant, int32_t as_of_day, int32_t horizon_days,
                                const std::function<void()>& alive);

}  // namespace vefa::interaction
