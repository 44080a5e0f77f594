#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/contact_filter.h"

namespace vefa::contact {

// A filter that is to be kept and held against contacts in the background: of fields alone, and not empty. Adds every violation.
void CheckKeptFilter(std::string_view text, const std::string& field, std::vector<Violation>& violations);

// For whom of these contacts each of the filters holds, by its text; a hundred filters are one statement. One that cannot be read any more
// holds for nobody. The erased and the merged are in none.
using Holding = std::map<std::string, std::unordered_set<Uuid>, std::less<>>;
Result<Holding> HoldFilters(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<std::string>& filters,
                            const std::vector<Uuid>& contacts);

}  // namespace vefa::contact
