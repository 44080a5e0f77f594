#include "tests/simulation/retry.h"

#include <algorithm>

#include "tests/simulation/ladder.h"

namespace vefa::simulation {
namespace {

constexpr size_t kEventsMax = 500;

}  // namespace

using events::Verdict;

void Retry::Step() {
  bool working = stage_ > Stage::kClaim && stage_ < Stage::kReschedule;
  if (working && !store_.IsOpen(transaction_)) return GiveUp();
  switch (stage_) {
    case Stage::kFind:
      Find();
      break;
    case Stage::kClaim:
      Claim();
      break;
    case Stage::kRead:
      Read();
      break;
    case Stage::kWrite:
      Write();
      break;
    case Stage::kCommit:
      Finish();
      break;
    case Stage::kReschedule:
      Reschedule();
      break;
  }
}

void Retry::GiveUp() {
  if (store_.IsOpen(transaction_)) store_.Rollback(transaction_);
  stage_ = Stage::kFind;
}

void Retry::Find() {
  std::vector<int> due;
  for (int subject = 0; subject < run_.profile.subjects; ++subject) {
    const auto& parked = store_.subject(subject).parked;
    if (parked && parked->complete && parked->next_attempt && *parked->next_attempt <= run_.now) due.push_back(subject);
  }
  if (due.empty()) return;
  subject_ = due[run_.random.Below(due.size())];
  most_ = kEventsMax;
  stage_ = Stage::kClaim;
}

void Retry::Claim() {
  transaction_ = store_.Begin();
  if (store_.Claim(transaction_, subject_) != Outcome::kDone) return GiveUp();
  known_ = store_.Read(transaction_, subject_).mark;
  stage_ = Stage::kRead;
}

void Retry::Read() {
  facts_.clear();
  events_.clear();
  SubjectRows rows = store_.Read(transaction_, subject_);
  for (const auto& [key, fact] : rows.waiting) facts_.push_back(fact);
  // Of two events of one version, that of the earlier life comes first.
  std::stable_sort(facts_.begin(), facts_.end(), [](const Fact& a, const Fact& b) {
    return std::pair(a.version, a.incarnation) < std::pair(b.version, b.incarnation);
  });
  for (const Fact& fact : facts_) events_.push_back(ToEvent(fact));
  rows.mark = known_;
  events::Watermark mark = ToWatermark(rows);
  mark.parked = false;
  plan_ = events::PlanBatch(events_, {{KeyOf(subject_), mark}}, events::Order::kWaited);
  applied_ = std::min(most_, plan_.apply.size());
  for (size_t i = 0; i < applied_; ++i) {
    const Fact& fact = facts_[static_cast<size_t>(plan_.apply[i] - events_.data())];
    if (Refuses(run_, fact)) {
      GiveUp();
      // What goes before the guilty event can still be applied.
      stage_ = applied_ <= 1 ? Stage::kReschedule : Stage::kClaim;
      most_ = applied_ / 2;
      return;
    }
    store_.AddEffect(transaction_, fact);
  }
  stage_ = run_.Fault(run_.profile.trouble) ? Stage::kFind : Stage::kWrite;
  if (stage_ == Stage::kFind) GiveUp();
}

bool Retry::Waits(const events::Event& event) const {
  auto same = [&event](const auto* other) { return other == &event; };
  return std::any_of(plan_.apply.begin() + static_cast<std::ptrdiff_t>(applied_), plan_.apply.end(), same) ||
         std::any_of(plan_.park.begin(), plan_.park.end(), [&](const auto& other) { return same(other.first); });
}

void Retry::Write() {
  if (applied_ > 0) {
    const Fact& last = facts_[static_cast<size_t>(plan_.apply[applied_ - 1] - events_.data())];
    Outcome moved = store_.MoveMark(transaction_, subject_, known_.version, MarkAfter(last));
    if (moved == Outcome::kWaits) return;
    if (moved == Outcome::kNothing) return GiveUp();
  }
  for (size_t i = 0; i < facts_.size(); ++i) {
    if (!Waits(events_[i])) store_.DeleteWaiting(transaction_, facts_[i]);
  }
  // Another statement, which sees what was committed meanwhile.
  store_.Unpark(transaction_, subject_);
  SubjectRows rows = store_.Read(transaction_, subject_);
  if (rows.parked) (void)store_.Keep(transaction_, subject_, Kept(rows));
  stage_ = Stage::kCommit;
}

// What holds of a subject of which something is left.
Parked Retry::Kept(const SubjectRows& rows) const {
  Parked parked = *rows.parked;
  bool progress = applied_ > 0 || plan_.duplicates > 0;
  parked.attempts = progress ? 0 : parked.attempts + 1;
  parked.next_attempt = progress ? run_.now : NextAttempt(parked.attempts, run_.now);
  parked.complete = true;
  if (applied_ < plan_.apply.size()) {
    parked.next_attempt = run_.now;
  } else if (!plan_.park.empty()) {
    Verdict verdict = plan_.park.front().second;
    parked.kind = KindOf(verdict);
    parked.complete = verdict == Verdict::kFork;
    // The ledger is asked at once.
    parked.next_attempt = parked.complete ? std::optional<int64_t>() : run_.now;
  } else if (!progress) {
    parked.next_attempt = std::nullopt;
  }
  return parked;
}

void Retry::Finish() {
  if (run_.Fault(run_.profile.trouble) || !store_.Commit(transaction_)) return GiveUp();
  const SubjectRows& rows = store_.subject(subject_);
  run_.Trace("retry ", number_, ": subject ", subject_, " is at ", rows.mark.version, ", ", rows.waiting.size(),
             " wait");
  if (!rows.parked) ++run_.figures.healed;
  // Until nothing more can be applied.
  stage_ = applied_ > 0 ? Stage::kClaim : Stage::kFind;
  most_ = kEventsMax;
}

void Retry::Reschedule() {
  if (!store_.IsOpen(transaction_)) transaction_ = store_.Begin();
  std::optional<Parked> parked = store_.Read(transaction_, subject_).parked;
  if (!parked) return GiveUp();
  parked->kind = ParkKind::kPoison;
  ++parked->attempts;
  parked->complete = true;
  parked->next_attempt = NextAttempt(parked->attempts, run_.now);
  if (store_.Keep(transaction_, subject_, *parked) == Outcome::kWaits) return;
  (void)store_.Commit(transaction_);
  GiveUp();
}

}  // namespace vefa::simulation
