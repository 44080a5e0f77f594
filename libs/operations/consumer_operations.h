#pragma once

#include "libs/operations/operations.h"
#include "vefa/event/v1/event_operations_service.pb.h"

namespace vefa::operations {

// Every consumer of the process with its positions, its lag by what Kafka says now, and its trouble.
// Lag is -1 while Kafka does not answer.
Status ListConsumers(const Parts& parts, Deadline deadline, event::v1::ListConsumersResponse& response);
// One of them. NOT_FOUND `CONSUMER_UNKNOWN`.
Status FindConsumer(const Parts& parts, const std::string& name, Deadline deadline, event::v1::Consumer& consumer);
// Pauses it, or lets it go on whatever it stopped for. Noticed by every replica within a second.
Status SetPaused(const Parts& parts, const std::string& name, bool paused, Deadline deadline);
// Moves positions; the reader at work notices by its fence. INVALID_ARGUMENT `SEEK_TARGET`,
// `OFFSET_OUT_OF_RANGE`.
Status Seek(const Parts& parts, const event::v1::SeekConsumerRequest& request, Deadline deadline);

}  // namespace vefa::operations
