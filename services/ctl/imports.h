#pragma once

#include <string>

#include "services/ctl/api.h"

namespace vefa::ctl {

// `vefactl import list|show|pause|undo`.
int ImportList();
int ImportShow(const std::string& import);
int ImportPause(const std::string& import);
// Ends with 3 when something could not be taken back.
int ImportUndoAll(const std::string& import);

// `1,500 of 2,357 bytes…`: what became of an import's records.
std::string DescribeCounts(const Json& import);
// Calls `take` with each problem of an import, by line.
Status EachProblem(Api& api, const std::string& import, bool of_undo, const std::function<void(const Json&)>& take);

}  // namespace vefa::ctl
