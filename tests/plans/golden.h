#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/plans/planner.h"

namespace vefa::plans {

// The plans of a service as they are kept in a file: a heading at the margin, the plan below it, indented.
using Golden = std::map<std::string, std::string>;  // By name: the whole block.

Golden GoldenOf(const std::vector<Plan>& plans);
Golden ReadGolden(const std::string& path);
void WriteGolden(const std::string& path, const Golden& golden);

// What to say of each statement whose plan is not the kept one, by name; empty when all are the same.
std::map<std::string, std::string> Compare(const Golden& kept, const Golden& found);

}  // namespace vefa::plans
