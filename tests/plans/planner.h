#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libs/postgres/statement.h"
#include "libs/testing/engines.h"

namespace vefa::plans {

// What is special about how a statement is asked for; most have nothing special.
struct Asked {
  std::string label;                     // Of one way among several of asking it; empty when there is one.
  std::map<int, std::string> values;     // SQL of parameters whose type says too little, from 1.
  std::string types;                     // Of all parameters, where PostgreSQL cannot tell from the text.
  bool custom = false;                   // Its store has it planned anew for the values at each use.
};

// One statement's plan, reduced to what must not change: node types, tables, indexes and what these are asked for.
struct Plan {
  std::string name;                     // With its label.
  std::string heading;                  // `contact_get(uuid, text[]) as service`
  std::vector<std::string> lines;
  std::set<std::string> whole;          // Large tables, or whole indexes of them, that it reads from end to end.
};

// Asks PostgreSQL for the plans of statements in one filled database, as the role that runs them and under its row-level
// security. Used by one thread.
class Planner {
 public:
  explicit Planner(testing::TestDatabase& database);

  // `pump_first`: the role that is tried first; the one that may not is followed by the next.
  Result<Plan> Explain(const std::string& name, const std::string& sql, const Asked& asked, bool pump_first);
  // Indexes of large tables that hold no constraint.
  std::vector<std::string> PlainIndexes();

 private:
  Result<Plan> ExplainAs(postgres::Database& role, const std::string& sql, const Asked& asked);
  Result<std::vector<std::string>> Types(postgres::Transaction& transaction, const std::string& prepared);

  testing::TestDatabase& database_;
  std::set<std::string> large_;
  std::set<std::string> partial_;  // Indexes that hold few rows by their own condition.
  int prepared_ = 0;
};

}  // namespace vefa::plans
