#include "services/interaction/timeline/timeline_handler.h"

#include "services/interaction/timeline/timeline_events.h"
#include "services/interaction/timeline/timeline_store.h"

namespace vefa::interaction {
namespace {

Status Read(const events::Event& event, std::vector<TimelineEntry>& entries) {
  VEFA_TRY(auto entry, ToEntry(event));
  if (entry.has_value()) entries.push_back(*std::move(entry));
  return Ok();
}

}  // namespace

TimelineHandler::TimelineHandler() : BatchHandler(&Read, &AddEntries) {}

events::ProjectionInfo TimelineHandler::Info() {
  events::ProjectionInfo info;
  info.consumer = "interaction.timeline.v1";
  info.topics = {"vefa.contact.v1", "vefa.notification.v1", "vefa.interaction.v1"};
  info.tables = {"timeline_entry"};
  info.row_subjects = {{"timeline_entry", "subject"}};
  return info;
}

}  // namespace vefa::interaction
