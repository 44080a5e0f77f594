#include "libs/events/projection_runs.h"

#include <sstream>

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define VEFA_RUN_COLUMNS                                                                                               \
  "id, consumer, kind, read_from, state, events, rows_compared, rows_missing, rows_unexpected, subjects_unverifiable," \
  " error, create_time, finish_time, array_to_string(differences, E'\\n'), attempts"

const Statement kIsDeclared{"run_declared", "SELECT EXISTS (SELECT FROM projection_table WHERE consumer = $1)"};
const Statement kEnqueue{"run_enqueue",
                         "INSERT INTO projection_run (id, consumer, kind, read_from, state) VALUES ($1, $2, $3, $4, 1)"
                         " ON CONFLICT (consumer, kind, read_from) WHERE state = 1 DO NOTHING"};
const Statement kQueued{"run_queued",
                        "SELECT " VEFA_RUN_COLUMNS
                        " FROM projection_run WHERE consumer = $1 AND kind = $2 AND read_from = $3 AND state = 1"};
const Statement kGet{"run_get", "SELECT " VEFA_RUN_COLUMNS " FROM projection_run WHERE id = $1"};
const Statement kList{"run_list",
                      "SELECT " VEFA_RUN_COLUMNS " FROM projection_run ORDER BY create_time DESC, id DESC LIMIT $1"};

ProjectionRun ReadRun(const Rows& rows, int row) {
  ProjectionRun run;
  run.id = rows.Id(row, 0);
  run.consumer = rows.String(row, 1);
  run.kind = static_cast<RunKind>(rows.Int64(row, 2));
  run.from = static_cast<RunFrom>(rows.Int64(row, 3));
  run.state = static_cast<RunState>(rows.Int64(row, 4));
  run.events = rows.Int64(row, 5);
  run.rows_compared = rows.Int64(row, 6);
  run.rows_missing = rows.Int64(row, 7);
  run.rows_unexpected = rows.Int64(row, 8);
  run.subjects_unverifiable = rows.Int64(row, 9);
  run.error = rows.String(row, 10);
  run.create_time = rows.Timestamp(row, 11);
  if (!rows.IsNull(row, 12)) run.finish_time = rows.Timestamp(row, 12);
  std::istringstream lines(rows.String(row, 13));
  for (std::string line; std::getline(lines, line);) run.differences.push_back(line);
  run.attempts = rows.Int32(row, 14);
  return run;
}

}  // namespace

Result<ProjectionRun> EnqueueRun(postgres::Database& pump, const std::string& consumer, RunKind kind, RunFrom from,
                                 const Clock& clock, Deadline deadline) {
  VEFA_TRY(Rows declared, pump.Run(Scope::EveryTenant(), kIsDeclared, Bound(consumer), deadline));
  if (!declared.Bool(0, 0))
    return NotFound("PROJECTION_UNKNOWN", "This service has no projection of the consumer " + consumer + ".");
  auto kind_value = static_cast<int16_t>(kind);
  auto from_value = static_cast<int16_t>(from);
  Uuid id = NewUuidV7(clock);
  VEFA_TRY(Rows queued,
           pump.Run(Scope::EveryTenant(), kEnqueue, Bound(id, consumer, kind_value, from_value), deadline));
  if (queued.affected() == 1) return GetRun(pump, id, deadline);
  VEFA_TRY(Rows waiting, pump.Run(Scope::EveryTenant(), kQueued, Bound(consumer, kind_value, from_value), deadline));
  if (!waiting.empty()) return ReadRun(waiting, 0);
  return Unavailable("RUN_BEGAN", "A run of this kind began this very moment; ask again for another.");
}

Result<ProjectionRun> GetRun(postgres::Database& pump, const Uuid& id, Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::EveryTenant(), kGet, Bound(id), deadline));
  if (rows.empty())
    return NotFound("PROJECTION_RUN_NOT_FOUND", "There is no such run; list them to see what there is.");
  return ReadRun(rows, 0);
}

Result<std::vector<ProjectionRun>> ListRuns(postgres::Database& pump, Deadline deadline) {
  VEFA_TRY(Rows rows, pump.Run(Scope::EveryTenant(), kList, Bound(kRunsMax), deadline));
  std::vector<ProjectionRun> runs;
  for (int i = 0; i < rows.size(); ++i) runs.push_back(ReadRun(rows, i));
  return runs;
}

}  // namespace vefa::events
