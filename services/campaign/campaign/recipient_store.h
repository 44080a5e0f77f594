#pragma once

#include <vector>

#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/campaign/campaign/recipient.h"

namespace vefa::campaign {

// Moves recipients forward and their campaigns' tallies with them, in one statement. Outcomes that
// say nothing new, that are of no recipient of ours or of another message are left alone, so
// it may be told anything twice and in any order. Returns how many moved.
Result<int64_t> MoveRecipients(postgres::Transaction& transaction, const std::vector<Outcome>& outcomes);

}  // namespace vefa::campaign
