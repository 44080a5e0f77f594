#include "services/contact/boundary/evaluation.h"

#include <algorithm>

#include "services/contact/boundary/time_window.h"

namespace vefa::contact {
namespace {

// Windows repeat by the week: two that have not met in two weeks and a day never do, but for a change of the clock.
constexpr std::chrono::days kPattern(15);

template <typename List, typename Value>
bool Contains(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Whether a list names what is asked, or is empty and so names everything. What is not said is named by none.
bool Names(const google::protobuf::RepeatedPtrField<std::string>& list, const std::string& asked) {
  return list.empty() || (!asked.empty() && Contains(list, asked));
}

bool Stands(const Boundary& boundary, Time at) {
  return boundary.valid_from <= at && (!boundary.valid_to || at < *boundary.valid_to);
}

// What does not depend on the time of day: whether the rule is about what is asked at all.
bool Concerns(const v1::BoundaryRule& rule, const BoundaryQuestion& question) {
  switch (rule.kind_case()) {
    case v1::BoundaryRule::kChannel:
      return Contains(rule.channel().channels(), static_cast<int>(question.channel));
    case v1::BoundaryRule::kTimeWindow:
      return rule.time_window().channels().empty() ||
             Contains(rule.time_window().channels(), static_cast<int>(question.channel));
    case v1::BoundaryRule::kTopic:
      return Contains(rule.topic().topics(), question.topic);
    case v1::BoundaryRule::kPerson:
      return !question.user.empty() &&
             Contains(rule.person().users(), question.user) == (rule.person().mode() == v1::PersonRule::MODE_NOT);
    case v1::BoundaryRule::kExclusivity:
      return (!question.product.empty() || !question.region.empty()) &&
             Names(rule.exclusivity().products(), question.product) && Names(rule.exclusivity().regions(), question.region);
    case v1::BoundaryRule::kDataUse:
      return Contains(rule.data_use().purposes(), question.purpose);
    case v1::BoundaryRule::KIND_NOT_SET:
      return false;
  }
  return false;
}

// Of a rule that concerns the question.
bool ForbidsAt(const Boundary& boundary, Time at) {
  return Stands(boundary, at) && !(boundary.rule.has_time_window() && IsInside(boundary.rule.time_window(), at));
}

// From `at` up to `end`, in which the same boundaries stand: the first moment that none of them forbids.
std::optional<Time> FirstFree(const std::vector<const Boundary*>& concerning, Time at, Time end) {
  while (at < end) {
    Time next = at;
    for (const Boundary* boundary : concerning) {
      if (!ForbidsAt(*boundary, at)) continue;
      if (!boundary->rule.has_time_window()) return std::nullopt;
      auto opening = NextOpening(boundary->rule.time_window(), at);
      if (!opening) return std::nullopt;
      next = std::max(next, *opening);
    }
    if (next == at) return at;
    at = next;
  }
  return std::nullopt;
}

std::optional<Time> NextAllowed(const std::vector<const Boundary*>& concerning, Time moment) {
  const Time limit = moment + kLookAhead;
  for (Time at = moment; at < limit;) {
    // Until a boundary begins or ends.
    Time change = limit;
    for (const Boundary* boundary : concerning) {
      if (boundary->valid_from > at) change = std::min(change, boundary->valid_from);
      if (boundary->valid_to && *boundary->valid_to > at) change = std::min(change, *boundary->valid_to);
    }
    if (auto free = FirstFree(concerning, at, std::min(change, Time(at + kPattern)))) return free;
    at = change;
  }
  return std::nullopt;
}

}  // namespace

BoundaryAnswer Evaluate(const BoundaryQuestion& question, std::span<const Boundary* const> boundaries) {
  std::vector<const Boundary*> concerning;
  BoundaryAnswer answer;
  for (const Boundary* boundary : boundaries) {
    if (!Concerns(boundary->rule, question)) continue;
    concerning.push_back(boundary);
    if (ForbidsAt(*boundary, question.moment)) answer.forbidden_by.push_back(boundary->id);
  }
  if (!answer.forbidden_by.empty()) answer.next_allowed_time = NextAllowed(concerning, question.moment);
  return answer;
}

}  // namespace vefa::contact
