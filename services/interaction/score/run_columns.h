#pragma once

#include "libs/base/result.h"
#include "libs/postgres/rows.h"
#include "services/interaction/score/score.h"

// How a row of scoring_run is read, for the two stores that read it.
namespace vefa::interaction {

#define SCORING_RUN_COLUMNS                                                                                        \
  "id, slug, state, progress, error, as_of_date, horizon_weeks, scored, r, alpha, a, b, purchase_log_likelihood,"  \
  " iterations, p, q, v, value_log_likelihood, value_customers, holdout, create_time, finish_time"

// The run in row `i` of SCORING_RUN_COLUMNS, which begin at column `first`.
Result<ScoringRun> ReadRun(const postgres::Rows& rows, int i, int first = 0);

}  // namespace vefa::interaction
