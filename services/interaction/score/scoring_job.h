#pragma once

#include <chrono>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/interaction/score/run_store.h"
#include "services/interaction/score/scoring.h"

namespace vefa::interaction {

// One claimed run, step by step: Prepare, ScoreNext until it says false, Finish. Every step can be
// the last one of a process: whoever claims the run next does it again and changes nothing that
// is already so. Used by one thread.
class ScoringJob {
 public:
  ScoringJob(postgres::Database& pump, const Clock& clock, ClaimedRun claimed)
      : pump_(pump), clock_(clock), lease_(claimed.lease), run_(std::move(claimed.run)) {}

  // Reads the orders and fits the models, unless this run has some already. FAILED_PRECONDITION or
  // INVALID_ARGUMENT when the run cannot be done at all; ABORTED `LEASE_LOST`.
  Status Prepare();
  // Writes the next 500 scores; false when all are written.
  Result<bool> ScoreNext();
  // Compares the prediction with what happened and ends the run.
  Status Finish();

  int32_t scored() const { return static_cast<int32_t>(next_); }

 private:
  // Says now and then that we live. A failure is kept: the next write meets it again.
  void KeepLease();

  postgres::Database& pump_;
  const Clock& clock_;
  const Lease lease_;
  ScoringRun run_;
  std::string currency_;
  int32_t newest_day_ = 0;
  model::PurchaseHistory history_;
  size_t next_ = 0;  // The first customer that is not yet written.
  double progress_ = 0;
  std::chrono::steady_clock::time_point renewed_ = std::chrono::steady_clock::now();
};

}  // namespace vefa::interaction
