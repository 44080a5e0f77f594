#pragma once

#include <vector>

#include "libs/events/batch_handler.h"
#include "services/interaction/timeline/timeline.h"

namespace vefa::interaction {

// Puts what contact, notification and this service itself recorded on the timelines of contacts. Holds no
// state: any number of threads may apply with it.
class TimelineHandler final : public events::BatchHandler<TimelineChanges> {
 public:
  TimelineHandler();
  static events::ProjectionInfo Info();
};

}  // namespace vefa::interaction
