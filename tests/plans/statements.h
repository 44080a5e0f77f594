#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/plans/planner.h"

namespace vefa::plans {

// A statement as it is to be planned.
struct Planned {
  std::string name;
  std::string file;
  std::string sql;
  bool pump_first = false;
  std::vector<Asked> asked;  // At least one way.
};

// Whose database a statement belongs to: its service's, and of what all share, contact's.
std::string ServiceOf(const std::string& file);
// Every statement of a service's database, those whose text is made at run time included.
std::vector<Planned> StatementsOf(const std::string& service);

// Statements that may read a large table from end to end, each with the reason.
const std::map<std::string, std::string>& MayReadWhole();
// Statements whose text is made at run time: those that are planned here have an empty reason.
const std::map<std::string, std::string>& MadeAtRunTime();

}  // namespace vefa::plans
