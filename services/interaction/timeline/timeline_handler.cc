#include "services/interaction/timeline/timeline_handler.h"

#include <algorithm>

#include "services/interaction/timeline/timeline_events.h"
#include "services/interaction/timeline/timeline_store.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::interaction {
namespace {

// The purpose to which whoever wants no scores objects, where they do not object to everything.
constexpr char kProfiling[] = "profiling";

Status ReadLimits(const events::Event& event, TimelineChanges& changes) {
  contact::v1::ContactEvent proto;
  if (!proto.ParseFromString(event.payload) || !proto.has_processing_limits_changed()) return events::PayloadMalformed();
  const contact::v1::ProcessingLimitsState& state = proto.processing_limits_changed().state();
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  const auto& purposes = state.objected_purposes();
  const bool objects = state.has_object_time() && (purposes.empty() || std::ranges::find(purposes, kProfiling) != purposes.end());
  changes.limits[std::make_pair(event.tenant, contact)] = state.has_restrict_time() || objects;
  return Ok();
}

Status Read(const events::Event& event, TimelineChanges& changes) {
  if (event.type == "processing_limits.changed") return ReadLimits(event, changes);
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
  VEFA_TRY_OK(KeepParts(transaction, changes.parts));
  return KeepLimits(transaction, changes.limits);
}

}  // namespace

TimelineHandler::TimelineHandler() : BatchHandler(&Read, &Write) {}

events::ProjectionInfo TimelineHandler::Info() {
  events::ProjectionInfo info;
  info.consumer = "interaction.timeline.v1";
  info.topics = {"vefa.contact.v1", "vefa.notification.v1", "vefa.interaction.v1"};
  info.tables = {"timeline_entry", "contact_part", "contact_limit"};
  info.row_subjects = {{"timeline_entry", "subject"}, {"contact_part", "'contacts/' || contact_id"},
                       {"contact_limit", "'contacts/' || contact_id"}};
  return info;
}

}  // namespace vefa::interaction
