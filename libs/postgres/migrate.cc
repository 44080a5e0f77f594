#include "libs/postgres/migrate.h"

#include <map>

namespace vefa::postgres {
namespace {

// Any constant of ours: two migrators of one database must meet.
constexpr char kLock[] = "SELECT pg_advisory_lock(7236021)";
constexpr char kUnlock[] = "SELECT pg_advisory_unlock(7236021)";
constexpr char kTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, checksum text NOT NULL,"
    " apply_time timestamptz NOT NULL DEFAULT now())";
const Statement kApplied{"migration_applied", "SELECT name, checksum FROM schema_migration"};
const Statement kRemember{"migration_remember", "INSERT INTO schema_migration(name, checksum) VALUES ($1, $2)"};
const Statement kBeginMigration{"migration_begin", "BEGIN"};
const Statement kCommitMigration{"migration_commit", "COMMIT"};
constexpr std::chrono::minutes kStepTimeout(10);

// FNV-1a, enough to notice an edit; not a defence against one.
std::string Checksum(std::string_view text) {
  uint64_t hash = 1469598103934665603ULL;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  return std::to_string(hash);
}

std::string Substitute(std::string sql, const std::string& from, const std::string& to) {
  for (size_t at = sql.find(from); at != std::string::npos; at = sql.find(from, at + to.size()))
    sql.replace(at, from.size(), to);
  return sql;
}

Status Apply(Connection& connection, const Migration& migration, const std::string& sql) {
  Deadline deadline = Deadline::After(kStepTimeout);
  VEFA_TRY_OK(connection.Execute(kBeginMigration, {}, deadline));
  Status done = connection.ExecuteScript(sql, deadline);
  if (done.ok()) {
    auto noted = connection.Execute(kRemember, Bound(migration.name, Checksum(migration.sql)), deadline);
    if (!noted.ok()) done = std::move(noted).error();
  }
  if (!done.ok()) {
    (void)connection.ExecuteScript("ROLLBACK", deadline);
    Error error = std::move(done).error();
    error.message = std::string("Migration ") + migration.name + " failed: " + error.metadata["detail"];
    return error;
  }
  VEFA_TRY_OK(connection.Execute(kCommitMigration, {}, deadline));
  return Ok();
}

}  // namespace

Result<std::vector<std::string>> Migrate(Connection& connection, const std::vector<Migration>& migrations,
                                         const std::string& service_role, const std::string& pump_role) {
  Deadline deadline = Deadline::After(kStepTimeout);
  VEFA_TRY_OK(connection.ExecuteScript(kLock, deadline));
  VEFA_TRY_OK(connection.ExecuteScript(kTable, deadline));
  VEFA_TRY(Rows rows, connection.Execute(kApplied, {}, deadline));
  std::map<std::string, std::string> applied;
  for (int i = 0; i < rows.size(); ++i) applied[rows.String(i, 0)] = rows.String(i, 1);
  std::vector<std::string> done;
  for (const Migration& migration : migrations) {
    auto found = applied.find(migration.name);
    if (found != applied.end()) {
      if (found->second != Checksum(migration.sql))
        return Error{Code::kFailedPrecondition, "MIGRATION_EDITED",
                     std::string("Migration ") + migration.name + " was applied with another text; add a new one."};
      continue;
    }
    std::string sql = Substitute(Substitute(migration.sql, "${service}", service_role), "${pump}", pump_role);
    VEFA_TRY_OK(Apply(connection, migration, sql));
    done.push_back(migration.name);
  }
  VEFA_TRY_OK(connection.ExecuteScript(kUnlock, deadline));
  return done;
}

}  // namespace vefa::postgres
