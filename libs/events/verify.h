#pragma once

#include "libs/events/rebuild.h"

namespace vefa::events {

// Most differing rows a run names.
inline constexpr int kDifferencesMax = 20;

// Compares a projection, while it goes on, with a fold of the ledgers up to the versions it had applied
// at one moment: row by row, but for the ignored columns. Subjects whose beginning is gone are
// counted and left out. Differing rows are named by their keys and the columns that differ, never
// by what stands in them. Fills `run` with what it found.
Status Verify(const RunContext& context, ProjectionRun& run);

}  // namespace vefa::events
