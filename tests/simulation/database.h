#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "tests/simulation/run.h"

namespace vefa::simulation {

// An event in numbers.
struct Fact {
  int64_t row = 0;        // Its id in the ledger, drawn from the sequence.
  int subject = 0;
  int64_t version = 0;
  uint64_t event = 0;     // Its own id.
  int64_t transaction = 0;
  int incarnation = 0;    // As the relay that published it says; 0 in the ledger.
  bool poison = false;
  bool foreign = false;
};

// The owner's PostgreSQL: aggregates with row locks, the ledger, the outbox, and one log of what was
// committed, of which a crash keeps what was flushed. Ids come from a sequence that no transaction
// holds, so they become visible out of order. Commits of writers are flushed before they are seen;
// deletions of relays are not (synchronous_commit = off).
class Database {
 public:
  Database(Run& run, int subjects) : run_(run), aggregates_(static_cast<size_t>(subjects)) {}

  int64_t Begin();
  // Takes the row lock of an aggregate; false while another transaction holds it.
  bool Lock(int64_t transaction, int subject);
  int64_t DrawId() { return next_id_++; }
  // Records the next version of a locked aggregate under an id. False when the transaction is gone or
  // another writer took the version.
  bool Append(int64_t transaction, int subject, int64_t id);
  // Makes it visible and durable. False when a crash has undone it.
  bool Commit(int64_t transaction);
  void Rollback(int64_t transaction);
  bool IsOpen(int64_t transaction) const { return open_.contains(transaction); }
  // What a transaction that is open has appended.
  const std::vector<Fact>& Written(int64_t transaction) const { return open_.at(transaction); }

  // One snapshot: the pending rows of some lanes from the head, in the order of ids, without `held`.
  std::vector<Fact> ReadHead(uint64_t lanes, std::span<const int64_t> held, size_t limit) const;
  void Delete(std::span<const int64_t> rows);
  // Makes rows of the ledger pending again.
  void Replay(int64_t from, int64_t to);

  // Everything that is written so far outlives a crash.
  void Flush() { flushed_ = log_.size(); }
  void Crash();
  // Puts everything back to an earlier point and begins a new life. Returns how many events are gone.
  size_t Restore();

  const std::map<int64_t, Fact>& ledger() const { return ledger_; }
  const std::set<int64_t>& pending() const { return pending_; }
  // An operator begins a new life, after a restore that nothing else shows.
  void Renew() { ++incarnation_; }

  // Versions `from` to `to` of one aggregate.
  std::vector<Fact> Fetch(int subject, int64_t from, int64_t to) const;
  int incarnation() const { return incarnation_; }
  // Of the connection: a crash or a restore breaks all.
  int epoch() const { return epoch_; }
  int64_t last_id() const { return next_id_ - 1; }
  // Events that a restore undid.
  const std::set<uint64_t>& undone() const { return undone_; }

 private:
  struct Aggregate {
    int64_t version = 0;
    int64_t locked_by = 0;
  };
  // An entry of the log: rows that were recorded, deleted from the outbox, or put there again.
  struct Entry {
    enum class Kind { kRecorded, kDeleted, kAgain } kind;
    std::vector<Fact> facts;
    std::vector<int64_t> rows;
  };
  void Apply(const Entry& entry);
  // The state that the log's first `entries` make.
  void Rebuild(size_t entries);

  Run& run_;
  std::vector<Aggregate> aggregates_;
  std::map<int64_t, std::vector<Fact>> open_;
  std::map<int64_t, Fact> ledger_;
  std::set<int64_t> pending_;
  std::vector<Entry> log_;
  size_t flushed_ = 0;
  int64_t next_id_ = 1;
  int64_t next_transaction_ = 1;
  uint64_t next_event_ = 1;
  int incarnation_ = 1;
  int epoch_ = 0;
  std::set<uint64_t> undone_;
};

}  // namespace vefa::simulation
