#include "tests/simulation/database.h"

#include <algorithm>

namespace vefa::simulation {

int64_t Database::Begin() {
  open_[next_transaction_];
  return next_transaction_++;
}

bool Database::Lock(int64_t transaction, int subject) {
  Aggregate& aggregate = aggregates_[static_cast<size_t>(subject)];
  if (aggregate.locked_by != 0 && aggregate.locked_by != transaction) return false;
  aggregate.locked_by = transaction;
  return true;
}

bool Database::Append(int64_t transaction, int subject, int64_t id) {
  auto found = open_.find(transaction);
  if (found == open_.end()) return false;
  Fact fact;
  fact.row = id;
  fact.subject = subject;
  fact.version = aggregates_[static_cast<size_t>(subject)].version + 1;
  for (const Fact& mine : found->second) {
    if (mine.subject == subject) ++fact.version;
  }
  fact.event = next_event_++;
  fact.transaction = transaction;
  fact.poison = run_.Fault(run_.profile.poison);
  fact.foreign = !fact.poison && run_.random.Chance(run_.profile.foreign);
  found->second.push_back(fact);
  return true;
}

bool Database::Commit(int64_t transaction) {
  auto found = open_.find(transaction);
  if (found == open_.end()) return false;
  log_.push_back({Entry::Kind::kRecorded, std::move(found->second), {}});
  Apply(log_.back());
  Flush();
  Rollback(transaction);
  return true;
}

void Database::Rollback(int64_t transaction) {
  open_.erase(transaction);
  for (Aggregate& aggregate : aggregates_) {
    if (aggregate.locked_by == transaction) aggregate.locked_by = 0;
  }
}

std::vector<Fact> Database::ReadHead(uint64_t lanes, std::span<const int64_t> held, size_t limit) const {
  std::vector<Fact> rows;
  for (int64_t row : pending_) {
    if (rows.size() >= limit) break;
    const Fact& fact = ledger_.at(row);
    if ((lanes >> (fact.subject % run_.profile.lanes) & 1) == 0) continue;
    if (std::find(held.begin(), held.end(), row) == held.end()) rows.push_back(fact);
  }
  return rows;
}

void Database::Delete(std::span<const int64_t> rows) {
  if (rows.empty()) return;
  log_.push_back({Entry::Kind::kDeleted, {}, {rows.begin(), rows.end()}});
  Apply(log_.back());
}

void Database::Replay(int64_t from, int64_t to) {
  Entry again{Entry::Kind::kAgain, {}, {}};
  for (auto at = ledger_.lower_bound(from); at != ledger_.end() && at->first <= to; ++at)
    again.rows.push_back(at->first);
  log_.push_back(std::move(again));
  Apply(log_.back());
  Flush();
}

void Database::Apply(const Entry& entry) {
  for (const Fact& fact : entry.facts) {
    ledger_[fact.row] = fact;
    pending_.insert(fact.row);
    aggregates_[static_cast<size_t>(fact.subject)].version = fact.version;
  }
  for (int64_t row : entry.rows) {
    if (entry.kind == Entry::Kind::kDeleted) {
      pending_.erase(row);
    } else {
      pending_.insert(row);
    }
  }
}

void Database::Rebuild(size_t entries) {
  log_.resize(entries);
  flushed_ = entries;
  open_.clear();
  ledger_.clear();
  pending_.clear();
  for (Aggregate& aggregate : aggregates_) aggregate = {};
  for (const Entry& entry : log_) Apply(entry);
  // What open transactions had drawn may be drawn again; PostgreSQL may also skip up to 32.
  next_id_ = (ledger_.empty() ? 1 : ledger_.rbegin()->first + 1) + run_.random.Between(0, 32);
  ++epoch_;
}

void Database::Crash() {
  run_.Trace("database: crashes, ", log_.size() - flushed_, " deletions are lost, ", open_.size(), " transactions");
  Rebuild(flushed_);
}

size_t Database::Restore() {
  std::map<int64_t, Fact> before = ledger_;
  size_t at = log_.size() - run_.random.Below(std::min<size_t>(log_.size(), 12) + 1);
  Rebuild(at);
  ++incarnation_;
  std::set<uint64_t> kept;
  for (const auto& [row, fact] : ledger_) kept.insert(fact.event);
  size_t gone = 0;
  for (const auto& [row, fact] : before) {
    if (!kept.contains(fact.event)) gone += undone_.insert(fact.event).second ? 1 : 0;
  }
  run_.Trace("database: restored to an earlier point, life ", incarnation_, ", ", gone, " events are undone");
  return gone;
}

std::vector<Fact> Database::Fetch(int subject, int64_t from, int64_t to) const {
  std::vector<Fact> facts;
  for (const auto& [row, fact] : ledger_) {
    if (fact.subject == subject && fact.version >= from && fact.version <= to) facts.push_back(fact);
  }
  std::sort(facts.begin(), facts.end(), [](const Fact& a, const Fact& b) { return a.version < b.version; });
  return facts;
}

}  // namespace vefa::simulation
