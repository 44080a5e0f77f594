#include "tests/simulation/store.h"

namespace vefa::simulation {
namespace {

constexpr int kWaitMax = 100;  // Times that a statement asks for a lock.

}  // namespace

int64_t Store::Begin() {
  open_[next_transaction_];
  return next_transaction_++;
}

bool Store::Take(int64_t& lock, int64_t transaction) {
  if (lock == 0 || lock == transaction) {
    lock = transaction;
    return true;
  }
  if (++open_.at(transaction).waited > kWaitMax) Rollback(transaction);
  return false;
}

void Store::Merge(SubjectRows& rows, const Changes& changes) {
  if (changes.mark) rows.mark = *changes.mark;
  if (changes.parked) rows.parked = *changes.parked;
  rows.stood = rows.stood || rows.parked;
  for (const auto& key : changes.deleted) rows.waiting.erase(key);
  for (const auto& [key, fact] : changes.added) rows.waiting.try_emplace(key, fact);
  rows.effects.insert(rows.effects.end(), changes.effects.begin(), changes.effects.end());
}

SubjectRows Store::Read(int64_t transaction, int subject) const {
  SubjectRows rows = this->subject(subject);
  const auto& mine = open_.at(transaction).subjects;
  auto found = mine.find(subject);
  if (found != mine.end()) Merge(rows, found->second);
  return rows;
}

Outcome Store::MovePosition(int64_t transaction, int partition, int64_t expected, int64_t next) {
  Position& position = positions_[static_cast<size_t>(partition)];
  if (!Take(position.locked_by, transaction)) return Outcome::kWaits;
  if (position.value != expected) return Outcome::kNothing;
  open_.at(transaction).moves[partition] = {expected, next};
  return Outcome::kDone;
}

Outcome Store::MoveMark(int64_t transaction, int subject, int64_t expected, const Mark& mark) {
  if (!Take(locks_[static_cast<size_t>(subject)].mark, transaction)) return Outcome::kWaits;
  if (Read(transaction, subject).mark.version != expected) return Outcome::kNothing;
  Of(transaction, subject).mark = mark;
  return Outcome::kDone;
}

Outcome Store::Claim(int64_t transaction, int subject) {
  int64_t& lock = locks_[static_cast<size_t>(subject)].parked;
  if (lock != 0 || !Take(lock, transaction)) return Outcome::kNothing;
  std::optional<Parked> parked = Read(transaction, subject).parked;
  bool due = parked && parked->next_attempt && *parked->next_attempt <= run_.now && parked->complete;
  return due ? Outcome::kDone : Outcome::kNothing;
}

Outcome Store::Park(int64_t transaction, int subject, const Parked& parked) {
  if (!Take(locks_[static_cast<size_t>(subject)].parked, transaction)) return Outcome::kWaits;
  std::optional<Parked> row = Read(transaction, subject).parked;
  if (!row) {
    row = parked;
  } else if (row->kind == ParkKind::kGap && parked.complete) {
    row->complete = true;
    row->next_attempt = run_.now;
  }
  Of(transaction, subject).parked = row;
  return Outcome::kDone;
}

Outcome Store::Keep(int64_t transaction, int subject, const Parked& parked) {
  if (!Take(locks_[static_cast<size_t>(subject)].parked, transaction)) return Outcome::kWaits;
  if (!Read(transaction, subject).parked) return Outcome::kNothing;
  Of(transaction, subject).parked = parked;
  return Outcome::kDone;
}

void Store::Unpark(int64_t transaction, int subject) {
  if (Read(transaction, subject).waiting.empty()) Of(transaction, subject).parked = std::optional<Parked>();
}

void Store::AddWaiting(int64_t transaction, const Fact& fact) {
  Changes& changes = Of(transaction, fact.subject);
  changes.deleted.erase({fact.version, fact.event});
  changes.added.try_emplace({fact.version, fact.event}, fact);
}

void Store::DeleteWaiting(int64_t transaction, const Fact& fact) {
  Changes& changes = Of(transaction, fact.subject);
  changes.added.erase({fact.version, fact.event});
  changes.deleted.insert({fact.version, fact.event});
}

void Store::AddEffect(int64_t transaction, const Fact& fact) { Of(transaction, fact.subject).effects.push_back(fact); }

bool Store::Commit(int64_t transaction) {
  auto found = open_.find(transaction);
  if (found == open_.end()) return false;
  for (const auto& [subject, changes] : found->second.subjects) {
    SubjectRows& rows = subjects_[static_cast<size_t>(subject)];
    SubjectRows before = rows;
    Merge(rows, changes);
    CheckSubject(subject, before, rows);
  }
  for (const auto& [partition, move] : found->second.moves) {
    int64_t& position = positions_[static_cast<size_t>(partition)].value;
    // Each offset is applied by one reader: whoever read from another place than this is a stranger here.
    if (move.first != position || move.second < position)
      run_.Violate(Text("partition ", partition, " at ", position, " was moved from ", move.first, " to ",
                        move.second));
    position = move.second;
  }
  Rollback(transaction);
  return true;
}

// Along the way, so that a violation is seen where it happens and not at the end.
void Store::CheckSubject(int subject, const SubjectRows& before, const SubjectRows& after) {
  if (after.mark.version < before.mark.version)
    run_.Violate(Text("the watermark of subject ", subject, " went back from ", before.mark.version, " to ",
                      after.mark.version));
  for (size_t i = before.effects.size(); i < after.effects.size(); ++i) {
    if (after.effects[i].version != static_cast<int64_t>(i) + 1)
      run_.Violate(Text("subject ", subject, ": version ", after.effects[i].version, " applied as number ", i + 1));
  }
  if (after.mark.version != static_cast<int64_t>(after.effects.size()))
    run_.Violate(Text("subject ", subject, ": the watermark is ", after.mark.version, " after ",
                      after.effects.size(), " effects"));
  if (!after.parked && !after.waiting.empty())
    run_.Violate(Text("subject ", subject, ": ", after.waiting.size(), " events wait and nobody will ever try them"));
}

void Store::Rollback(int64_t transaction) {
  open_.erase(transaction);
  for (Locks& locks : locks_) {
    if (locks.mark == transaction) locks.mark = 0;
    if (locks.parked == transaction) locks.parked = 0;
  }
  for (Position& position : positions_) {
    if (position.locked_by == transaction) position.locked_by = 0;
  }
}

void Store::Crash() {
  run_.Trace("store: crashes, ", open_.size(), " transactions are lost");
  while (!open_.empty()) Rollback(open_.begin()->first);
}

bool Store::Seek(int partition, int64_t offset) {
  Position& position = positions_[static_cast<size_t>(partition)];
  if (position.locked_by != 0) return false;
  run_.Trace("store: an operator seeks partition ", partition, " to ", offset);
  position.value = offset;
  return true;
}

}  // namespace vefa::simulation
