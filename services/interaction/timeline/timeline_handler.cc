#include "services/interaction/timeline/timeline_handler.h"

#include "services/interaction/timeline/timeline_events.h"
#include "services/interaction/timeline/timeline_store.h"

namespace vefa::interaction {
namespace {

Status Read(const events::Event& event, TimelineChanges& changes) {
  VEFA_TRY(auto entry, ToEntry(event));
  if (!entry.has_value()) return Ok();
  if (entry->kind == EntryKind::kContactMerged) {
    VEFA_TRY(changes.parts[std::make_pair(entry->tenant, entry->contact)], ParseResourceName("contacts", entry->facts["survivor"]));
  }
  if (entry->kind == EntryKind::kContactUnmerged) changes.parts[std::make_pair(entry->tenant, entry->contact)] = Uuid{};
  changes.entries.push_back(*std::move(entry));
  return Ok();
}

Status Write(postgres::Transaction& transaction, const TimelineChanges& changes) {
  VEFA_TRY_OK(AddEntries(transaction, changes.entries));
  return KeepParts(transaction, changes.parts);
}

}  // namespace

TimelineHandler::TimelineHandler() : BatchHandler(&Read, &Write) {}

events::ProjectionInfo TimelineHandler::Info() {
  events::ProjectionInfo info;
  info.consumer = "interaction.timeline.v1";
  info.topics = {"vefa.contact.v1", "vefa.notification.v1", "vefa.interaction.v1"};
  info.tables = {"timeline_entry", "contact_part"};
  info.row_subjects = {{"timeline_entry", "subject"}, {"contact_part", "'contacts/' || contact_id"}};
  return info;
}

}  // namespace vefa::interaction
