#include "libs/operations/run_operations.h"

#include "libs/events/projection_runs.h"
#include "libs/rpc/time.h"

namespace vefa::operations {
namespace {

using Proto = event::v1::ProjectionRun;

void Fill(const events::ProjectionRun& run, Proto& proto) {
  proto.set_id(run.id.ToString());
  proto.set_consumer(run.consumer);
  proto.set_kind(static_cast<Proto::Kind>(run.kind));
  proto.set_from(static_cast<Proto::From>(run.from));
  proto.set_state(static_cast<Proto::State>(run.state));
  proto.set_events(run.events);
  proto.set_rows_compared(run.rows_compared);
  proto.set_rows_missing(run.rows_missing);
  proto.set_rows_unexpected(run.rows_unexpected);
  proto.set_subjects_unverifiable(run.subjects_unverifiable);
  proto.set_error(run.error);
  *proto.mutable_create_time() = rpc::ToProto(run.create_time);
  if (run.finish_time) *proto.mutable_finish_time() = rpc::ToProto(*run.finish_time);
  for (const std::string& difference : run.differences) proto.add_differences(difference);
}

}  // namespace

Status StartRun(const Parts& parts, const Proto& wanted, Deadline deadline, Proto& queued) {
  if (wanted.kind() != Proto::KIND_REBUILD && wanted.kind() != Proto::KIND_VERIFY)
    return Violations({{"run.kind", "RUN_KIND", "Say KIND_REBUILD or KIND_VERIFY."}});
  auto from = wanted.from() == Proto::FROM_KAFKA ? events::RunFrom::kKafka : events::RunFrom::kLedger;
  SystemClock clock;
  VEFA_TRY(events::ProjectionRun run,
           events::EnqueueRun(*parts.pump, wanted.consumer(), static_cast<events::RunKind>(wanted.kind()), from, clock,
                              deadline));
  Fill(run, queued);
  return Ok();
}

Status ReadRun(const Parts& parts, const std::string& id, Deadline deadline, Proto& run) {
  auto uuid = Uuid::Parse(id);
  if (!uuid.ok()) return Violations({{"id", "UUID_SYNTAX", "Give the id that starting the run returned."}});
  VEFA_TRY(events::ProjectionRun found, events::GetRun(*parts.pump, *uuid, deadline));
  Fill(found, run);
  return Ok();
}

Status ReadRuns(const Parts& parts, Deadline deadline, event::v1::ListProjectionRunsResponse& response) {
  VEFA_TRY(auto runs, events::ListRuns(*parts.pump, deadline));
  for (const events::ProjectionRun& run : runs) Fill(run, *response.add_runs());
  return Ok();
}

}  // namespace vefa::operations
