#include "libs/postgres/statement.h"

#include <mutex>

namespace vefa::postgres {
namespace {

// Statements are made before main by every file that has one, so this exists from the first of them on.
struct Known {
  std::mutex mutex;
  std::multimap<std::string, StatementSource> statements;
};

Known& All() {
  static Known known;
  return known;
}

}  // namespace

void Statement::Remember(const char* file) const {
  Known& known = All();
  std::lock_guard lock(known.mutex);
  auto [begin, end] = known.statements.equal_range(name);
  for (auto at = begin; at != end; ++at)
    if (at->second.sql == sql) return;
  known.statements.emplace(name, StatementSource{file, sql});
}

std::multimap<std::string, StatementSource> Statements() {
  Known& known = All();
  std::lock_guard lock(known.mutex);
  return known.statements;
}

}  // namespace vefa::postgres
