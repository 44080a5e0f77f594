#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/interaction/score/score.h"

// The reading of scores and of runs, and the asking for a run, as the `service` role. What the
// worker writes is in run_store.h.
namespace vefa::interaction {

// The scores of these contacts; those without one are left out.
Result<std::vector<Score>> GetScores(postgres::Database& database, const Uuid& tenant,
                                     const std::vector<Uuid>& contacts, Deadline deadline);
// Scores by contact id, those after `after` only.
Result<std::vector<Score>> ReadScores(postgres::Database& database, const Uuid& tenant, const Uuid& after, int size,
                                      Deadline deadline);

// Asks for a run, or finds the one with this slug. ALREADY_EXISTS `SCORING_RUN_DIFFERS` when that
// one has another day or horizon.
Result<ScoringRun> CreateRun(postgres::Transaction& transaction, const Uuid& tenant, const ScoringRun& wanted);
// Nothing when there is no such run.
Result<std::optional<ScoringRun>> FindRun(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                                          Deadline deadline);
// Newest first, at most 100.
Result<std::vector<ScoringRun>> ListRuns(postgres::Database& database, const Uuid& tenant, Deadline deadline);

}  // namespace vefa::interaction
