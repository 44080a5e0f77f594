#pragma once

#include "libs/operations/operations.h"
#include "vefa/event/v1/event_operations_service.pb.h"

namespace vefa::operations {

// The outbox, who relays which lanes, and the life of the ledger. FAILED_PRECONDITION `NO_LEDGER` in the gateway.
Status ReadOutbox(const Parts& parts, Deadline deadline, event::v1::Outbox& outbox);
// Puts what was recorded in [from, to) into the outbox again. INVALID_ARGUMENT `TIME_RANGE`.
Status Replay(const Parts& parts, const event::v1::ReplayEventsRequest& request, Deadline deadline,
              event::v1::ReplayEventsResponse& response);
// Begins a new life of the ledger; the relay of every replica takes it up when it starts again.
Status RenewIncarnation(const Parts& parts, Deadline deadline);

}  // namespace vefa::operations
