#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/interaction/score/score.h"

// What the worker writes, as the `pump` role. Leases are set and compared by the database's clock,
// and every write names its lease: a worker that lost it writes nothing.
namespace vefa::interaction {

// How long a run belongs to a worker that says nothing.
inline constexpr std::chrono::seconds kLeaseTime(20);
inline constexpr size_t kScoreChunkMax = 500;

// The right to work on a run.
struct Lease {
  Uuid tenant;
  Uuid run;
  Uuid owner;
};

struct ClaimedRun {
  Lease lease;
  ScoringRun run;
  int attempts = 0;  // How often somebody began, this time included.
};

// Takes the oldest run that waits or was abandoned, of any tenant of which no other run is worked
// on. A run that has its models keeps them.
Result<std::optional<ClaimedRun>> ClaimRun(postgres::Database& pump, const Uuid& owner, Deadline deadline);

// Everything below: ABORTED `LEASE_LOST` when another worker has the run.

// Says that the worker lives, and how far it is.
Status RenewLease(postgres::Database& pump, const Lease& lease, double progress);
// Keeps the fitted models with their events.
Status RecordModels(postgres::Database& pump, const Lease& lease, const Models& models, int32_t as_of_day,
                    const Clock& clock);
// Writes up to 500 scores with their events; those that are already so are left alone.
Status WriteScores(postgres::Database& pump, const Lease& lease, const std::vector<Score>& scores, double progress,
                   const Clock& clock);
Status FinishRun(postgres::Database& pump, const Lease& lease, int32_t scored,
                 const std::optional<model::Holdout>& holdout, const Clock& clock);
Status FailRun(postgres::Database& pump, const Lease& lease, const std::string& why, const Clock& clock);
// Gives the run back, to be taken again after `rest`. `attempts` is what counts as begun so far.
Status ReleaseRun(postgres::Database& pump, const Lease& lease, std::chrono::milliseconds rest, int attempts);

}  // namespace vefa::interaction
