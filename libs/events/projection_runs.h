#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"

// The queue and the record of rebuildings and verifications: the table projection_run. Worked by
// ProjectionWorker; filled by it and by operators.
namespace vefa::events {

// The values of these are those of vefa.event.v1.ProjectionRun and of the table.
enum class RunKind : int16_t { kRebuild = 1, kVerify = 2 };
enum class RunFrom : int16_t { kLedger = 1, kKafka = 2 };
enum class RunState : int16_t { kQueued = 1, kRunning = 2, kDone = 3, kFailed = 4 };

// One rebuilding or verification of a projection.
struct ProjectionRun {
  Uuid id;
  std::string consumer;
  RunKind kind = RunKind::kVerify;
  RunFrom from = RunFrom::kLedger;
  RunState state = RunState::kQueued;
  int64_t events = 0;
  int64_t rows_compared = 0;
  int64_t rows_missing = 0;
  int64_t rows_unexpected = 0;
  int64_t subjects_unverifiable = 0;
  std::string error;
  Time create_time{};
  std::optional<Time> finish_time;
  std::vector<std::string> differences;
  int32_t attempts = 0;
};

// Most runs ListRuns returns.
inline constexpr int kRunsMax = 100;

// Queues a run, as the pump; one of the same kind and source that waits already is returned instead. NOT_FOUND
// `PROJECTION_UNKNOWN` when this database has no such projection.
Result<ProjectionRun> EnqueueRun(postgres::Database& pump, const std::string& consumer, RunKind kind, RunFrom from,
                                 const Clock& clock, Deadline deadline);
// NOT_FOUND `PROJECTION_RUN_NOT_FOUND`.
Result<ProjectionRun> GetRun(postgres::Database& pump, const Uuid& id, Deadline deadline);
// The newest first, at most kRunsMax.
Result<std::vector<ProjectionRun>> ListRuns(postgres::Database& pump, Deadline deadline);

}  // namespace vefa::events
