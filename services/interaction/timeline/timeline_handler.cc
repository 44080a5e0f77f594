#include "services/interaction/timeline/timeline_handler.h"

#include "services/interaction/timeline/timeline_events.h"
#include "services/interaction/timeline/timeline_store.h"

namespace vefa::interaction {

Status TimelineHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  std::vector<TimelineEntry> entries;
  for (const events::Event& event : events) {
    VEFA_TRY(auto entry, ToEntry(event));
    if (entry.has_value()) entries.push_back(*std::move(entry));
  }
  return AddEntries(transaction, entries);
}

}  // namespace vefa::interaction
