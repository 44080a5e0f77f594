#include "libs/events/consumer_core.h"

namespace vefa::events {

Verdict Judge(const Event& event, const Watermark& known) {
  if (event.aggregate_version <= known.version) {
    bool last = event.aggregate_version == known.version;
    if (last && event.id == known.event_id) return Verdict::kDuplicate;
    // Incarnations grow with time: a later life gives out versions that an earlier one had used. What
    // release 0.1 applied says nothing of its life and is compared by the last event alone.
    if (!known.incarnation.is_nil() && known.incarnation < event.incarnation) return Verdict::kRestored;
    bool comparable = known.incarnation.is_nil() || event.incarnation == known.incarnation;
    return last && comparable && !known.event_id.is_nil() ? Verdict::kFork : Verdict::kDuplicate;
  }
  if (known.parked) return Verdict::kParked;
  return event.aggregate_version == known.version + 1 ? Verdict::kApply : Verdict::kGap;
}

bool IsOutlived(const Event& event, const Watermark& known) {
  return !event.incarnation.is_nil() && event.incarnation < known.incarnation;
}

BatchPlan PlanBatch(std::span<const Event> events, std::map<SubjectKey, Watermark> known, Order order) {
  BatchPlan plan;
  plan.apply.reserve(events.size());
  for (const Event& event : events) {
    SubjectKey key{event.tenant, event.subject};
    Watermark& mark = known[key];
    bool outlived = order == Order::kLog && IsOutlived(event, mark);
    Verdict verdict = outlived ? Verdict::kDuplicate : Judge(event, mark);
    switch (verdict) {
      case Verdict::kDuplicate:
        ++plan.duplicates;
        continue;
      case Verdict::kApply:
        plan.apply.push_back(&event);
        mark = {event.aggregate_version, event.id, event.incarnation, false};
        break;
      default:
        // Only the event that made its subject stand still says why.
        plan.park.emplace_back(&event, mark.parked ? Verdict::kParked : verdict);
        mark.parked = true;
        break;
    }
    plan.moved[std::move(key)] = mark;
  }
  return plan;
}

std::optional<std::chrono::milliseconds> NextAttempt(std::span<const std::chrono::milliseconds> retries, int attempts) {
  if (attempts < 0 || static_cast<size_t>(attempts) >= retries.size()) return std::nullopt;
  return retries[static_cast<size_t>(attempts)];
}

bool ParkingLimit::Add(std::chrono::steady_clock::time_point now) {
  times_.push_back(now);
  while (times_.size() > most_ + 1 || (!times_.empty() && now - times_.front() > window_)) times_.pop_front();
  return times_.size() > most_;
}

}  // namespace vefa::events
