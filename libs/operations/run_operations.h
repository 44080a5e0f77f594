#pragma once

#include "libs/operations/operations.h"
#include "vefa/event/v1/event_operations_service.pb.h"

namespace vefa::operations {

// Queues a rebuilding or a verification. INVALID_ARGUMENT `RUN_KIND`; NOT_FOUND `PROJECTION_UNKNOWN`.
Status StartRun(const Parts& parts, const event::v1::ProjectionRun& wanted, Deadline deadline,
                event::v1::ProjectionRun& queued);
// NOT_FOUND `PROJECTION_RUN_NOT_FOUND`.
Status ReadRun(const Parts& parts, const std::string& id, Deadline deadline, event::v1::ProjectionRun& run);
// The newest first.
Status ReadRuns(const Parts& parts, Deadline deadline, event::v1::ListProjectionRunsResponse& response);

}  // namespace vefa::operations
