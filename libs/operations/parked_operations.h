#pragma once

#include "libs/operations/operations.h"
#include "vefa/event/v1/event_operations_service.pb.h"

namespace vefa::operations {

// What stands still, the oldest first, and the newest records that are no events.
Status ListParked(const Parts& parts, const event::v1::ListParkedRequest& request, Deadline deadline,
                  event::v1::ListParkedResponse& response);
// Makes parked subjects due now.
Status ReplayParked(const Parts& parts, const event::v1::ReplayParkedRequest& request, Deadline deadline,
                    event::v1::ReplayParkedResponse& response);
// Gives up the first parked event of a subject. FAILED_PRECONDITION `VERSION_NOT_FIRST` when it is another one.
Status SkipParked(const Parts& parts, const event::v1::SkipParkedRequest& request, Deadline deadline,
                  event::v1::SkipParkedResponse& response);

}  // namespace vefa::operations
