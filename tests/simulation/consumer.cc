#include "tests/simulation/consumer.h"

#include <algorithm>
#include <set>

#include "tests/simulation/ladder.h"

namespace vefa::simulation {
namespace {

using events::Verdict;

Uuid NumberId(uint8_t kind, uint64_t number) {
  Uuid id;
  id.bytes[0] = kind;
  for (size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

}  // namespace

events::Event ToEvent(const Fact& fact) {
  events::Event event;
  event.id = NumberId(1, fact.event);
  // Subjects of one name in two tenants are two subjects.
  event.tenant = NumberId(2, static_cast<uint64_t>(fact.subject % 2));
  event.subject = "things/" + std::to_string(fact.subject / 2);
  event.aggregate_version = fact.version;
  event.incarnation = NumberId(3, static_cast<uint64_t>(fact.incarnation));
  return event;
}

void Consumer::Step() {
  // The connection broke, and with it the transaction.
  if (stage_ > Stage::kBegin && !store_.IsOpen(transaction_)) return Rewind(false);
  switch (stage_) {
    case Stage::kPoll:
      Poll();
      break;
    case Stage::kBegin:
      Begin();
      break;
    case Stage::kFence:
      Fence();
      break;
    case Stage::kRead:
      Read();
      break;
    case Stage::kApply:
      Apply();
      break;
    case Stage::kCommit:
      Commit();
      break;
  }
}

void Consumer::Crash() {
  run_.Trace("consumer ", number_, ": dies");
  if (stage_ > Stage::kBegin && store_.IsOpen(transaction_)) store_.Rollback(transaction_);
  generation_ = 0;
  ranges_.clear();
  stage_ = Stage::kPoll;
}

void Consumer::Assign() {
  generation_ = group_.generation;
  seeks_ = store_.seeks();
  positions_.clear();
  fetched_.clear();
  for (int partition = 0; partition < broker_.partitions(); ++partition) {
    if (group_.owner[static_cast<size_t>(partition)] != number_) continue;
    fetched_[partition] = positions_[partition] = store_.position(partition);
  }
}

void Consumer::Poll() {
  if (generation_ != group_.generation || seeks_ != store_.seeks()) Assign();
  facts_.clear();
  events_.clear();
  ranges_.clear();
  for (auto& [partition, offset] : fetched_) {
    const std::vector<Fact>& log = broker_.log(partition);
    size_t room = run_.profile.batch_max - facts_.size();
    size_t most = run_.random.Below(room + 1);
    for (; most > 0 && offset < static_cast<int64_t>(log.size()); --most, ++offset) {
      facts_.push_back(log[static_cast<size_t>(offset)]);
      events_.push_back(ToEvent(facts_.back()));
      events_.back().partition = partition;
      events_.back().offset = offset;
    }
  }
  if (facts_.empty()) return;
  ranges_.push_back({0, facts_.size(), false});
  stage_ = Stage::kBegin;
}

void Consumer::Begin() {
  if (ranges_.empty()) {
    stage_ = Stage::kPoll;
    return;
  }
  next_.clear();
  const Range& range = ranges_.back();
  for (size_t i = range.first; i < range.first + range.size; ++i) next_[events_[i].partition] = events_[i].offset + 1;
  transaction_ = store_.Begin();
  stage_ = Stage::kFence;
}

void Consumer::Rewind(bool positions_moved) {
  if (store_.IsOpen(transaction_)) store_.Rollback(transaction_);
  if (positions_moved) {
    for (auto& [partition, offset] : positions_) offset = store_.position(partition);
  }
  fetched_ = positions_;
  ranges_.clear();
  stage_ = Stage::kPoll;
}

// Compare and move: whoever stood still while others went on finds another position and has done nothing.
void Consumer::Fence() {
  for (const auto& [partition, offset] : next_) {
    if (!store_.LockPosition(transaction_, partition)) return;
    int64_t expected = positions_.at(partition);
    if (store_.position(partition) != expected) {
      ++run_.figures.fenced;
      run_.Trace("consumer ", number_, ": fenced at partition ", partition, " expecting ", expected);
      return Rewind(true);
    }
    store_.Move(transaction_, partition, expected, offset);
  }
  if (run_.Fault(run_.profile.trouble)) return Rewind(false);
  stage_ = Stage::kRead;
}

void Consumer::Read() {
  const Range& range = ranges_.back();
  std::set<int> subjects;
  for (size_t i = range.first; i < range.first + range.size; ++i) subjects.insert(facts_[i].subject);
  for (int subject : subjects) {
    if (!store_.LockSubject(transaction_, subject)) return;
  }
  if (run_.Fault(run_.profile.trouble)) return Rewind(false);
  stage_ = Stage::kApply;
}

void Consumer::Apply() {
  Range range = ranges_.back();
  std::map<events::SubjectKey, events::Watermark> known;
  for (size_t i = range.first; i < range.first + range.size; ++i)
    known[{events_[i].tenant, events_[i].subject}] = MarkOf(store_.Subject(transaction_, facts_[i].subject));
  auto fact_of = [this](const events::Event* event) -> const Fact& {
    return facts_[static_cast<size_t>(event - events_.data())];
  };
  std::span<const events::Event> part(events_.data() + range.first, range.size);
  events::BatchPlan plan = events::PlanBatch(part, known);
  for (const events::Event* event : plan.apply) {
    const Fact& fact = fact_of(event);
    SubjectRow& row = store_.Subject(transaction_, fact.subject);
    if (range.park) {
      Park(row, fact, Verdict::kApply);
      continue;
    }
    if (Refuses(run_, fact)) {
      store_.Rollback(transaction_);
      ranges_.pop_back();
      if (range.size == 1) {
        ranges_.push_back({range.first, 1, true});
      } else {
        ranges_.push_back({range.first + range.size / 2, range.size - range.size / 2, false});
        ranges_.push_back({range.first, range.size / 2, false});
      }
      stage_ = Stage::kBegin;
      return;
    }
    row.effects.push_back(fact);
    row.version = fact.version;
    row.last = fact;
  }
  for (const auto& [event, verdict] : plan.park) Park(store_.Subject(transaction_, fact_of(event).subject), fact_of(event), verdict);
  stage_ = Stage::kCommit;
}

void Consumer::Park(SubjectRow& row, const Fact& fact, Verdict verdict) {
  run_.Trace("consumer ", number_, ": parks subject ", fact.subject, " version ", fact.version, " at ", row.version,
             " for ", NameOf(verdict));
  if (verdict == Verdict::kGap) ++run_.figures.gaps;
  if (!row.parked) row.parked = ParkedFor(verdict, fact.version, run_.now);
  row.waiting[{fact.version, fact.event}] = fact;
}

void Consumer::Commit() {
  if (run_.Fault(run_.profile.trouble)) return Rewind(false);
  if (!store_.Commit(transaction_)) return Rewind(false);
  run_.Trace("consumer ", number_, ": commits ", ranges_.back().size, " records");
  // Committed, and nobody says so: the next attempt meets the fence.
  if (run_.Fault(run_.profile.answer_lost)) return Rewind(false);
  for (const auto& [partition, offset] : next_) positions_[partition] = offset;
  ranges_.pop_back();
  stage_ = Stage::kBegin;
}

}  // namespace vefa::simulation
