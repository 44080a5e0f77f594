#include "tests/simulation/mender.h"

#include "tests/simulation/ladder.h"

namespace vefa::simulation {
namespace {

constexpr int64_t kClaimTime = 60'000;

}  // namespace

void Mender::Step() {
  switch (stage_) {
    case Stage::kClaim:
      Claim();
      break;
    case Stage::kInspect:
      Inspect();
      break;
    case Stage::kAdd:
      Add();
      break;
    case Stage::kComplete:
      Complete();
      break;
    case Stage::kLater:
      Later();
      break;
  }
}

void Mender::GiveUp() {
  if (store_.IsOpen(transaction_)) store_.Rollback(transaction_);
  stage_ = Stage::kClaim;
}

bool Mender::Update(const Parked& parked) {
  if (!store_.IsOpen(transaction_)) transaction_ = store_.Begin();
  if (store_.Keep(transaction_, subject_, parked) == Outcome::kWaits) return false;
  (void)store_.Commit(transaction_);
  return true;
}

// Nobody else takes it up for a while.
void Mender::Claim() {
  std::vector<int> due;
  for (int subject = 0; subject < run_.profile.subjects; ++subject) {
    const auto& parked = store_.subject(subject).parked;
    if (parked && !parked->complete && parked->next_attempt && *parked->next_attempt <= run_.now)
      due.push_back(subject);
  }
  if (due.empty()) return;
  subject_ = due[run_.random.Below(due.size())];
  Parked parked = *store_.subject(subject_).parked;
  parked.next_attempt = run_.now + kClaimTime;
  bool claimed = Update(parked);
  GiveUp();
  if (claimed) stage_ = Stage::kInspect;
}

void Mender::Inspect() {
  const SubjectRows& rows = store_.subject(subject_);
  fetched_.clear();
  same_life_ = false;
  decide_ = std::nullopt;
  known_ = rows.mark.version;
  if (!rows.parked || rows.waiting.empty()) return GiveUp();
  // The ledger does not answer: the claim runs out and somebody tries again.
  if (run_.Fault(run_.profile.trouble)) return GiveUp();
  if (rows.parked->kind == ParkKind::kRestored) {
    CheckLife(rows);
  } else {
    FillHole(rows);
  }
}

void Mender::FillHole(const SubjectRows& rows) {
  int64_t readable = 0;
  for (const auto& [key, fact] : rows.waiting) {
    if (readable == 0 && fact.version > known_) readable = fact.version;
  }
  int64_t to = readable > 0 ? readable - 1 : rows.waiting.rbegin()->first.first;
  stage_ = Stage::kComplete;
  if (to <= known_) return;
  fetched_ = database_.Fetch(subject_, known_ > 0 ? known_ : 1, to);
  for (Fact& fact : fetched_) fact.incarnation = database_.incarnation();
  if (known_ > 0 && !fetched_.empty() && fetched_.front().version == known_) {
    if (fetched_.front().event != rows.mark.event) decide_ = ParkKind::kFork;
    fetched_.erase(fetched_.begin());
  }
  bool complete = static_cast<int64_t>(fetched_.size()) == to - known_;
  stage_ = !complete || decide_ ? Stage::kLater : Stage::kAdd;
}

// A known version came out of a later life. Either what was applied is part of that life, too, or it
// never happened there.
void Mender::CheckLife(const SubjectRows& rows) {
  std::vector<Fact> facts = database_.Fetch(subject_, known_, known_);
  same_life_ = !facts.empty() && facts.front().event == rows.mark.event;
  life_ = rows.waiting.begin()->second.incarnation;
  if (!same_life_) decide_ = ParkKind::kRestored;
  stage_ = same_life_ ? Stage::kComplete : Stage::kLater;
}

void Mender::Add() {
  if (!store_.IsOpen(transaction_)) transaction_ = store_.Begin();
  SubjectRows rows = store_.Read(transaction_, subject_);
  if (!rows.parked) return GiveUp();
  if (store_.Keep(transaction_, subject_, *rows.parked) == Outcome::kWaits) return;
  for (const Fact& fact : fetched_) store_.AddWaiting(transaction_, fact);
  bool added = store_.Commit(transaction_);
  run_.Trace("mender ", number_, ": lays ", fetched_.size(), " versions beside what is parked of subject ", subject_);
  GiveUp();
  if (added) stage_ = Stage::kComplete;
}

void Mender::Complete() {
  if (!store_.IsOpen(transaction_)) transaction_ = store_.Begin();
  SubjectRows rows = store_.Read(transaction_, subject_);
  if (!rows.parked) return GiveUp();
  if (same_life_ && rows.mark.version == known_) {
    Mark mark = rows.mark;
    mark.incarnation = life_;
    if (store_.MoveMark(transaction_, subject_, known_, mark) == Outcome::kWaits) return;
  }
  rows.parked->complete = true;
  rows.parked->next_attempt = run_.now;
  if (Update(*rows.parked)) GiveUp();
}

void Mender::Later() {
  std::optional<Parked> parked = store_.subject(subject_).parked;
  if (!parked) return GiveUp();
  ++parked->attempts;
  parked->next_attempt = decide_ ? std::nullopt : NextAttempt(parked->attempts, run_.now);
  if (decide_) parked->kind = *decide_;
  run_.Trace("mender ", number_, ": cannot mend subject ", subject_, ", ", NameOf(parked->kind));
  if (Update(*parked)) GiveUp();
}

}  // namespace vefa::simulation
