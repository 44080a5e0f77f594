#pragma once

#include <optional>

#include "libs/base/result.h"
#include "libs/events/event.h"
#include "services/interaction/timeline/timeline.h"

// From the events of every service to lines of a timeline.
namespace vefa::interaction {

// Nothing for an event that stands on no timeline. DATA_LOSS `EVENT_MALFORMED` when the payload is
// not what its type says.
Result<std::optional<TimelineEntry>> ToEntry(const events::Event& event);

}  // namespace vefa::interaction
