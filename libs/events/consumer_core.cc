#include "libs/events/consumer_core.h"

namespace vefa::events {

Verdict Judge(const Event& event, const Watermark& known) {
  if (event.aggregate_version <= known.version) {
    bool last = event.aggregate_version == known.version;
    if (last && event.id == known.event_id) return Verdict::kDuplicate;
    // Incarnations grow with time: a later life gives out versions that an earlier one had used.
    if (known.incarnation < event.incarnation) return Verdict::kRestored;
    return last && event.incarnation == known.incarnation ? Verdict::kFork : Verdict::kDuplicate;
  }
  if (known.parked) return Verdict::kParked;
  return event.aggregate_version == known.version + 1 ? Verdict::kApply : Verdict::kGap;
}

BatchPlan PlanBatch(std::span<const Event> events, std::map<SubjectKey, Watermark> known) {
  BatchPlan plan;
  for (const Event& event : events) {
    SubjectKey key{event.tenant, event.subject};
    Watermark& mark = known[key];
    Verdict verdict = Judge(event, mark);
    switch (verdict) {
      case Verdict::kDuplicate:
        ++plan.duplicates;
        continue;
      case Verdict::kApply:
        plan.apply.push_back(&event);
        mark = {event.aggregate_version, event.id, event.incarnation, false};
        break;
      default:
        plan.park.emplace_back(&event, verdict);
        mark.parked = true;
        break;
    }
    plan.moved[key] = mark;
  }
  return plan;
}

}  // namespace vefa::events
