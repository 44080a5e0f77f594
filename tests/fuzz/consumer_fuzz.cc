// Events in any order, repeated, missing, of several lives. Each has exactly one outcome, none is
// applied twice or out of order, and the plan does not depend on how the sequence is cut into batches.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "libs/base/check.h"
#include "libs/events/consumer_core.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

using events::BatchPlan;
using events::Event;
using events::Order;
using events::SubjectKey;
using events::Verdict;
using events::Watermark;
using Marks = std::map<SubjectKey, Watermark>;

constexpr size_t kEventsMax = 80;
constexpr int kSubjects = 4;

Uuid IdOf(uint8_t kind, uint8_t a, uint8_t b) {
  Uuid id;
  if (a == 0 && b == 0) return id;
  id.bytes[0] = kind;
  id.bytes[14] = a;
  id.bytes[15] = b;
  return id;
}

SubjectKey KeyOf(uint8_t number) {
  return {IdOf(1, 1, number & 1), "things/" + std::to_string((number & 3) >> 1)};
}

// What is known of a subject at first: nothing, or a version, of a known life or not, perhaps parked.
Marks MarksOf(Bytes& bytes) {
  Marks known;
  for (uint8_t subject = 0; subject < kSubjects; ++subject) {
    uint8_t shape = bytes.Next();
    if (shape == 0) continue;
    Watermark& mark = known[KeyOf(subject)];
    mark.version = shape & 15;
    mark.event_id = mark.version == 0 ? Uuid() : IdOf(2, static_cast<uint8_t>(mark.version), shape >> 4 & 1);
    mark.incarnation = mark.version == 0 ? Uuid() : IdOf(3, 0, shape >> 5 & 3);
    mark.parked = (shape & 128) != 0;
  }
  return known;
}

std::vector<Event> EventsOf(Bytes& bytes) {
  std::vector<Event> events;
  while (!bytes.empty() && events.size() < kEventsMax) {
    uint8_t shape = bytes.Next();
    uint8_t version = bytes.Next();
    Event event;
    std::tie(event.tenant, event.subject) = KeyOf(shape);
    event.aggregate_version = (version & 31) + 1;
    event.id = IdOf(2, static_cast<uint8_t>(event.aggregate_version), shape >> 2 & 1);
    event.incarnation = IdOf(3, 0, shape >> 3 & 3);
    events.push_back(std::move(event));
  }
  return events;
}

// What became of each event, and what is known after all.
struct Outcome {
  std::vector<int> verdicts;  // By event; -1 where a plan says nothing of it.
  Marks marks;
  size_t duplicates = 0;
};

void Add(const BatchPlan& plan, const Event* first, Outcome& outcome) {
  for (const Event* event : plan.apply) {
    int& verdict = outcome.verdicts.at(static_cast<size_t>(event - first));
    VEFA_CHECK(verdict == -1);
    verdict = static_cast<int>(Verdict::kApply);
  }
  for (const auto& [event, why] : plan.park) {
    int& verdict = outcome.verdicts.at(static_cast<size_t>(event - first));
    VEFA_CHECK(verdict == -1 && why != Verdict::kApply && why != Verdict::kDuplicate);
    verdict = static_cast<int>(why);
  }
  outcome.duplicates += plan.duplicates;
  for (const auto& [key, mark] : plan.moved) outcome.marks[key] = mark;
}

void CheckPlan(const std::vector<Event>& events, const Marks& before, const Outcome& whole, Order order) {
  Marks marks = before;
  size_t silent = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    Watermark& mark = marks[{event.tenant, event.subject}];
    if (whole.verdicts[i] == -1) {
      // Nothing that is new may be dropped, unless it is of a life before the one that is known.
      bool outlived = order == Order::kLog && events::IsOutlived(event, mark);
      VEFA_CHECK(event.aggregate_version <= mark.version || outlived);
      ++silent;
    } else if (whole.verdicts[i] == static_cast<int>(Verdict::kApply)) {
      VEFA_CHECK(!mark.parked && event.aggregate_version == mark.version + 1);
      VEFA_CHECK(order == Order::kWaited || event.incarnation.is_nil() || mark.incarnation <= event.incarnation);
      mark = {event.aggregate_version, event.id, event.incarnation, false};
    } else {
      VEFA_CHECK((whole.verdicts[i] == static_cast<int>(Verdict::kParked)) == mark.parked);
      mark.parked = true;
    }
  }
  VEFA_CHECK(silent == whole.duplicates);
  for (const auto& [key, mark] : whole.marks) {
    const Watermark& expected = marks[key];
    VEFA_CHECK(mark.version == expected.version && mark.parked == expected.parked);
    VEFA_CHECK(mark.event_id == expected.event_id);
  }
}

void CheckEvents(Bytes bytes) {
  Marks before = MarksOf(bytes);
  uint8_t cuts = bytes.Next();
  Order order = (cuts & 128) != 0 ? Order::kWaited : Order::kLog;
  std::vector<Event> events = EventsOf(bytes);
  Outcome whole{std::vector<int>(events.size(), -1), before};
  Add(events::PlanBatch(events, before, order), events.data(), whole);
  CheckPlan(events, before, whole, order);
  Outcome parts{std::vector<int>(events.size(), -1), before};
  for (size_t at = 0; at < events.size();) {
    size_t size = std::min<size_t>(events.size() - at, 1 + (cuts & 7));
    cuts = static_cast<uint8_t>(cuts * 5 + 3);
    Add(events::PlanBatch(std::span(events).subspan(at, size), parts.marks, order), events.data(), parts);
    at += size;
  }
  VEFA_CHECK(parts.verdicts == whole.verdicts && parts.duplicates == whole.duplicates);
  VEFA_CHECK(parts.marks.size() == whole.marks.size());
  for (const auto& [key, mark] : whole.marks)
    VEFA_CHECK(parts.marks[key].version == mark.version && parts.marks[key].parked == mark.parked);
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::CheckEvents(vefa::fuzz::Bytes(data, size));
  return 0;
}
