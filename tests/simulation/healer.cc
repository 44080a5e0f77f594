#include "tests/simulation/healer.h"

#include <set>

#include "tests/simulation/ladder.h"

namespace vefa::simulation {

using events::Verdict;

void Healer::Step() {
  if (stage_ > Stage::kLock && !store_.IsOpen(transaction_)) return GiveUp();
  switch (stage_) {
    case Stage::kFind:
      Find();
      break;
    case Stage::kFetch:
      Fetch();
      break;
    case Stage::kLock:
      if (!store_.IsOpen(transaction_)) return GiveUp();
      if (store_.LockSubject(transaction_, subject_)) stage_ = Stage::kApply;
      break;
    case Stage::kApply:
      Apply();
      break;
    case Stage::kCommit:
      if (!run_.Fault(run_.profile.trouble) && store_.Commit(transaction_))
        run_.Trace("healer ", number_, ": commits subject ", subject_, " at ", store_.subject(subject_).version);
      GiveUp();
      break;
  }
}

void Healer::Crash() { GiveUp(); }

void Healer::GiveUp() {
  if (store_.IsOpen(transaction_)) store_.Rollback(transaction_);
  stage_ = Stage::kFind;
}

void Healer::Find() {
  std::vector<int> due;
  for (int subject = 0; subject < run_.profile.subjects; ++subject) {
    const auto& parked = store_.subject(subject).parked;
    if (parked && parked->next_attempt && *parked->next_attempt <= run_.now) due.push_back(subject);
  }
  if (due.empty()) return;
  subject_ = due[run_.random.Below(due.size())];
  stage_ = Stage::kFetch;
}

// Outside of any transaction: the ledger is another service's and may take its time.
void Healer::Fetch() {
  const SubjectRow& row = store_.subject(subject_);
  from_ = row.version + 1;
  fetched_.clear();
  int64_t to = row.waiting.empty() ? from_ : row.waiting.begin()->first.first - 1;
  if (to >= from_) fetched_ = database_.Fetch(subject_, from_, to);
  for (Fact& fact : fetched_) fact.incarnation = database_.incarnation();
  transaction_ = store_.Begin();
  stage_ = Stage::kLock;
}

void Healer::Apply() {
  SubjectRow& row = store_.Subject(transaction_, subject_);
  if (!row.parked || row.version + 1 != from_) return GiveUp();  // Somebody else was here.
  std::vector<Fact> facts = fetched_;
  for (const auto& [key, fact] : row.waiting) facts.push_back(fact);
  ApplyAll(row, facts);
  stage_ = Stage::kCommit;
}

void Healer::ApplyAll(SubjectRow& row, const std::vector<Fact>& facts) {
  row.waiting.clear();
  std::vector<events::Event> events;
  for (const Fact& fact : facts) events.push_back(ToEvent(fact));
  Parked before = *row.parked;
  row.parked.reset();
  events::BatchPlan plan = events::PlanBatch(events, {{{events[0].tenant, events[0].subject}, MarkOf(row)}});
  std::set<const events::Event*> apply(plan.apply.begin(), plan.apply.end());
  std::map<const events::Event*, Verdict> park(plan.park.begin(), plan.park.end());
  std::optional<Verdict> stopped;
  for (size_t i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    bool waits = park.contains(&events[i]);
    if (apply.contains(&events[i]) && !stopped && !Refuses(run_, fact)) {
      row.effects.push_back(fact);
      row.version = fact.version;
      row.last = fact;
    } else if (waits || apply.contains(&events[i])) {
      if (!stopped) stopped = waits ? park.at(&events[i]) : Verdict::kApply;
      row.waiting[{fact.version, fact.event}] = fact;
    }
  }
  if (!stopped) {
    ++run_.figures.healed;
    return;
  }
  row.parked = before;
  Settle(row, *stopped);
}

void Healer::Settle(SubjectRow& row, Verdict verdict) {
  Parked& parked = *row.parked;
  parked.first_version = row.waiting.begin()->first.first;
  if (parked.kind != verdict) {
    parked = ParkedFor(verdict, parked.first_version, run_.now);
    return;
  }
  ++parked.attempts;
  parked.next_attempt = NextAttempt(parked.attempts, run_.now);
}

}  // namespace vefa::simulation
