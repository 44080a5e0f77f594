#include "tests/simulation/store.h"

namespace vefa::simulation {

int64_t Store::Begin() {
  open_[next_transaction_];
  return next_transaction_++;
}

bool Store::LockPosition(int64_t transaction, int partition) {
  auto& row = positions_[static_cast<size_t>(partition)];
  if (row.locked_by != 0 && row.locked_by != transaction) return false;
  row.locked_by = transaction;
  return true;
}

bool Store::LockSubject(int64_t transaction, int subject) {
  auto& row = subjects_[static_cast<size_t>(subject)];
  if (row.locked_by != 0 && row.locked_by != transaction) return false;
  row.locked_by = transaction;
  open_.at(transaction).subjects.try_emplace(subject, row.value);
  return true;
}

SubjectRow& Store::Subject(int64_t transaction, int subject) { return open_.at(transaction).subjects.at(subject); }

void Store::Move(int64_t transaction, int partition, int64_t from, int64_t to) {
  open_.at(transaction).moves[partition] = {from, to};
}

bool Store::Commit(int64_t transaction) {
  auto found = open_.find(transaction);
  if (found == open_.end()) return false;
  for (auto& [subject, row] : found->second.subjects) {
    auto& kept = subjects_[static_cast<size_t>(subject)].value;
    CheckSubject(subject, kept, row);
    kept = std::move(row);
  }
  for (const auto& [partition, move] : found->second.moves) {
    auto& kept = positions_[static_cast<size_t>(partition)].value;
    // Each offset is applied by one reader: whoever read from another place than this is a stranger here.
    if (move.first != kept || move.second < kept)
      run_.Violate(Text("partition ", partition, " at ", kept, " was moved from ", move.first, " to ", move.second));
    kept = move.second;
  }
  Rollback(transaction);
  return true;
}

// Along the way, so that a violation is seen where it happens and not at the end.
void Store::CheckSubject(int subject, const SubjectRow& before, const SubjectRow& after) {
  if (after.version < before.version)
    run_.Violate(Text("the watermark of subject ", subject, " went back from ", before.version, " to ", after.version));
  for (size_t i = before.effects.size(); i < after.effects.size(); ++i) {
    if (after.effects[i].version != static_cast<int64_t>(i) + 1)
      run_.Violate(Text("subject ", subject, ": version ", after.effects[i].version, " applied as number ", i + 1));
  }
}

void Store::Rollback(int64_t transaction) {
  open_.erase(transaction);
  for (auto& row : subjects_) {
    if (row.locked_by == transaction) row.locked_by = 0;
  }
  for (auto& row : positions_) {
    if (row.locked_by == transaction) row.locked_by = 0;
  }
}

void Store::Crash() {
  run_.Trace("store: crashes, ", open_.size(), " transactions are lost");
  while (!open_.empty()) Rollback(open_.begin()->first);
}

bool Store::Seek(int partition, int64_t offset) {
  auto& row = positions_[static_cast<size_t>(partition)];
  if (row.locked_by != 0) return false;
  run_.Trace("store: an operator seeks partition ", partition, " to ", offset);
  row.value = offset;
  ++seeks_;
  return true;
}

}  // namespace vefa::simulation
