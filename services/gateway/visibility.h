#pragma once

#include <optional>
#include <vector>

#include "libs/base/id.h"
#include "libs/postgres/rows.h"

// Whose contacts the account `u` sees: NULL of who sees everybody's, otherwise himself first and, where he sees his teams', whoever is in one
// with him.
#define VEFA_SEEN_OWNERS                                                                                                  \
  "CASE u.visibility WHEN 'tenant' THEN NULL WHEN 'team' THEN array_prepend(u.id, ARRAY("                                \
  "SELECT DISTINCT m.user_id FROM team_member mine"                                                                      \
  " JOIN team_member m ON m.tenant_id = mine.tenant_id AND m.team_id = mine.team_id"                                     \
  " WHERE mine.tenant_id = u.tenant_id AND mine.user_id = u.id AND m.user_id <> u.id)) ELSE ARRAY[u.id] END"

namespace vefa::gateway {

// Whose contacts a user sees: everybody's of the tenant, those of his teams, or his own.
enum class Visibility { kTenant, kTeam, kOwn };

// Whose contacts somebody sees; everybody's where nothing is said.
using SeenOwners = std::optional<std::vector<Uuid>>;

inline SeenOwners ReadSeenOwners(const postgres::Rows& rows, int row, int column) {
  return rows.IsNull(row, column) ? std::nullopt : SeenOwners(rows.Ids(row, column));
}

}  // namespace vefa::gateway
