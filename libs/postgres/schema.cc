#include "libs/postgres/schema.h"

#include <set>

namespace vefa::postgres {
namespace {

const Statement kAppliedMigrations{"schema_applied", "SELECT name FROM schema_migration"};

Error TooOld(const std::string& missing, const std::string& last) {
  return Unavailable("SCHEMA_TOO_OLD", "The database's schema is older than this program: it lacks " + missing +
                                           ", and " + last + " is needed; run `vefactl migrate`.");
}

}  // namespace

SchemaCheck::SchemaCheck(Database& database, std::vector<Migration> needed)
    : database_(database), needed_(std::move(needed)) {}

Status SchemaCheck::Ready(Deadline deadline) {
  if (holds_ || needed_.empty()) return Ok();
  auto rows = database_.Run(Scope::Tenants({}), kAppliedMigrations, {}, deadline);
  const std::string last = needed_.back().name;
  if (!rows.ok()) {
    // Before 0011_schema_seen, or before any step at all, we may not even look.
    auto state = rows.error().metadata.find("sqlstate");
    bool unseen = state != rows.error().metadata.end() && (state->second == "42501" || state->second == "42P01");
    return unseen ? TooOld(needed_.front().name, last) : std::move(rows).error();
  }
  std::set<std::string> applied;
  for (int i = 0; i < rows->size(); ++i) applied.insert(rows->String(i, 0));
  for (const Migration& migration : needed_)
    if (!applied.contains(migration.name)) return TooOld(migration.name, last);
  holds_ = true;
  return Ok();
}

}  // namespace vefa::postgres
