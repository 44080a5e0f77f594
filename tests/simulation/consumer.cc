#include "tests/simulation/consumer.h"

#include <algorithm>

#include "tests/simulation/ladder.h"

namespace vefa::simulation {
namespace {

using events::Verdict;

constexpr int kLook = 250;  // Per mille of the polls.

}  // namespace

void Consumer::Step() {
  // The connection broke, and with it the transaction.
  if (stage_ > Stage::kBegin && !store_.IsOpen(transaction_)) return Trouble();
  switch (stage_) {
    case Stage::kPoll:
      Poll();
      break;
    case Stage::kBegin:
      Begin();
      break;
    case Stage::kMovePositions:
      MovePositions();
      break;
    case Stage::kPlan:
      Plan();
      break;
    case Stage::kMoveMarks:
      MoveMarks();
      break;
    case Stage::kPark:
      Park();
      break;
    case Stage::kCommit:
      Commit();
      break;
  }
}

void Consumer::Rollback() {
  if (store_.IsOpen(transaction_)) store_.Rollback(transaction_);
}

void Consumer::Crash() {
  run_.Trace("consumer ", number_, ": dies");
  Rollback();
  generation_ = 0;
  stage_ = Stage::kPoll;
}

void Consumer::Assign() {
  generation_ = group_.generation;
  positions_.clear();
  for (int partition = 0; partition < broker_.partitions(); ++partition) {
    if (group_.owner[static_cast<size_t>(partition)] == number_) positions_[partition] = store_.position(partition);
  }
  fetched_ = positions_;
}

// Somebody else moved a position of ours: an operator, or a reader that has taken over.
void Consumer::Look() {
  for (auto& [partition, offset] : positions_) {
    if (store_.position(partition) == offset) continue;
    fetched_[partition] = offset = store_.position(partition);
  }
}

void Consumer::Poll() {
  if (generation_ != group_.generation) Assign();
  if (run_.random.Chance(kLook)) Look();
  facts_.clear();
  events_.clear();
  for (auto& [partition, offset] : fetched_) {
    const std::vector<Fact>& log = broker_.log(partition);
    size_t most = run_.random.Below(run_.profile.batch_max - facts_.size() + 1);
    for (; most > 0 && offset < static_cast<int64_t>(log.size()); --most, ++offset) {
      facts_.push_back(log[static_cast<size_t>(offset)]);
      events_.push_back(ToEvent(facts_.back()));
      events_.back().partition = partition;
      events_.back().offset = offset;
    }
  }
  if (facts_.empty()) return;
  first_ = 0;
  size_ = facts_.size();
  poison_ = false;
  stage_ = Stage::kBegin;
}

void Consumer::Begin() {
  if (first_ == facts_.size()) {
    stage_ = Stage::kPoll;
    return;
  }
  next_.clear();
  for (size_t i = first_; i < first_ + size_; ++i) next_[events_[i].partition] = events_[i].offset + 1;
  transaction_ = store_.Begin();
  done_ = 0;
  stage_ = Stage::kMovePositions;
}

void Consumer::Trouble() {
  Rollback();
  size_ = facts_.size() - first_;
  poison_ = false;
  stage_ = Stage::kBegin;
}

void Consumer::Fenced() {
  ++run_.figures.fenced;
  run_.Trace("consumer ", number_, ": somebody else moved on");
  Rollback();
  Assign();
  stage_ = Stage::kPoll;
}

void Consumer::Poison() {
  Rollback();
  poison_ = size_ == 1;
  size_ = std::max<size_t>(1, size_ / 2);
  stage_ = Stage::kBegin;
}

void Consumer::MovePositions() {
  for (const auto& [partition, offset] : next_) {
    // Whoever stood still while others went on finds another position and has done nothing.
    Outcome moved = store_.MovePosition(transaction_, partition, positions_.at(partition), offset);
    if (moved == Outcome::kWaits) return;
    if (moved == Outcome::kNothing) return Fenced();
  }
  if (run_.Fault(run_.profile.trouble)) return Trouble();
  stage_ = Stage::kPlan;
}

void Consumer::Plan() {
  if (poison_) {
    stage_ = Stage::kPark;
    return;
  }
  known_.clear();
  std::map<events::SubjectKey, events::Watermark> known;
  for (size_t i = first_; i < first_ + size_; ++i) {
    int subject = facts_[i].subject;
    if (known_.contains(subject)) continue;
    const SubjectRows& rows = known_[subject] = store_.Read(transaction_, subject);
    known[KeyOf(subject)] = ToWatermark(rows);
  }
  std::span<const events::Event> part(events_.data() + first_, size_);
  plan_ = events::PlanBatch(part, known);
  for (const events::Event* event : plan_.apply) {
    if (Refuses(run_, FactOf(*event))) return Poison();
    store_.AddEffect(transaction_, FactOf(*event));
  }
  if (run_.Fault(run_.profile.trouble)) return Trouble();
  stage_ = Stage::kMoveMarks;
}

void Consumer::MoveMarks() {
  std::map<int, Mark> moved;
  for (const events::Event* event : plan_.apply) moved[FactOf(*event).subject] = MarkAfter(FactOf(*event));
  for (const auto& [subject, mark] : moved) {
    int64_t expected = known_.at(subject).mark.version;
    if (store_.Read(transaction_, subject).mark.version == mark.version) continue;
    Outcome done = store_.MoveMark(transaction_, subject, expected, mark);
    if (done == Outcome::kWaits) return;
    if (done == Outcome::kNothing) return Fenced();
  }
  stage_ = Stage::kPark;
}

void Consumer::Park() {
  if (poison_) {
    Parked parked{ParkKind::kPoison, 0, NextAttempt(0, run_.now), true};
    if (ParkEvent(events_[first_], parked)) stage_ = Stage::kCommit;
    return;
  }
  for (; done_ < plan_.park.size(); ++done_) {
    const auto& [event, verdict] = plan_.park[done_];
    if (verdict == Verdict::kGap) ++run_.figures.gaps;
    if (!ParkEvent(*event, Describe(*event, verdict))) return;
  }
  stage_ = Stage::kCommit;
}

Parked Consumer::Describe(const events::Event& event, Verdict verdict) const {
  Parked parked;
  parked.kind = KindOf(verdict);
  if (verdict != Verdict::kFork) parked.next_attempt = run_.now;
  parked.complete = verdict == Verdict::kFork;
  // It stands still already, unless another replica made it move just now: then it is due.
  if (verdict == Verdict::kParked)
    parked.complete = event.aggregate_version == plan_.moved.at({event.tenant, event.subject}).version + 1;
  return parked;
}

bool Consumer::ParkEvent(const events::Event& event, const Parked& parked) {
  const Fact& fact = FactOf(event);
  if (store_.Park(transaction_, fact.subject, parked) == Outcome::kWaits) return false;
  store_.AddWaiting(transaction_, fact);
  run_.Trace("consumer ", number_, ": parks subject ", fact.subject, " version ", fact.version, " life ",
             fact.incarnation, " at ", store_.subject(fact.subject).mark.version, " for ", NameOf(parked.kind));
  return true;
}

void Consumer::Commit() {
  if (run_.Fault(run_.profile.trouble) || !store_.Commit(transaction_)) return Trouble();
  run_.Trace("consumer ", number_, ": commits ", size_, " records");
  // Committed, and nobody says so: the next attempt meets the fence.
  if (run_.Fault(run_.profile.answer_lost)) return Trouble();
  for (const auto& [partition, offset] : next_) positions_[partition] = offset;
  first_ += size_;
  size_ = facts_.size() - first_;
  poison_ = false;
  stage_ = Stage::kBegin;
}

}  // namespace vefa::simulation
