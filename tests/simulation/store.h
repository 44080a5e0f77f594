#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "tests/simulation/database.h"

namespace vefa::simulation {

// applied_version.
struct Mark {
  int64_t version = 0;
  uint64_t event = 0;
  int incarnation = 0;
};

enum class ParkKind { kPoison, kGap, kFork, kRestored };

// parked_subject.
struct Parked {
  ParkKind kind = ParkKind::kGap;
  int attempts = 0;
  std::optional<int64_t> next_attempt;  // None: an operator has to decide.
  bool complete = false;                // What waits goes on from the watermark; otherwise the ledger is asked first.
};

using Waiting = std::map<std::pair<int64_t, uint64_t>, Fact>;  // parked_event, by version and event.

// All rows of one subject.
struct SubjectRows {
  Mark mark;
  std::optional<Parked> parked;
  Waiting waiting;
  std::vector<Fact> effects;  // What the handler wrote, oldest first.
  bool stood = false;         // Whether it was ever parked.
};

// What a statement came to.
enum class Outcome {
  kDone,
  kWaits,    // Another transaction holds the row: ask again, unless the transaction is over by then.
  kNothing,  // The row is not as expected, and nothing was changed.
};

// The consumers' PostgreSQL, as READ COMMITTED has it: a statement sees what was committed before it and
// what its own transaction wrote; a row that is written stays locked until the end, and whoever waited
// for it decides by what is committed then. A transaction that ends otherwise than by a commit has done nothing.
class Store {
 public:
  Store(Run& run, int subjects, int partitions)
      : run_(run), subjects_(static_cast<size_t>(subjects)), locks_(subjects_.size()),
        positions_(static_cast<size_t>(partitions)) {}

  int64_t Begin();
  bool IsOpen(int64_t transaction) const { return open_.contains(transaction); }
  // False when a crash has undone it.
  bool Commit(int64_t transaction);
  void Rollback(int64_t transaction);
  void Crash();

  SubjectRows Read(int64_t transaction, int subject) const;
  // Compare and move. kNothing when the position is another than `expected`.
  Outcome MovePosition(int64_t transaction, int partition, int64_t expected, int64_t next);
  Outcome MoveMark(int64_t transaction, int subject, int64_t expected, const Mark& mark);
  // Locks parked_subject and passes by when it is locked, gone or not due.
  Outcome Claim(int64_t transaction, int subject);
  // Adds the row; one that is there keeps its kind and its turn.
  Outcome Park(int64_t transaction, int subject, const Parked& parked);
  // Replaces a row that is there.
  Outcome Keep(int64_t transaction, int subject, const Parked& parked);
  // Deletes the row unless something waits.
  void Unpark(int64_t transaction, int subject);
  void AddWaiting(int64_t transaction, const Fact& fact);
  void DeleteWaiting(int64_t transaction, const Fact& fact);
  void AddEffect(int64_t transaction, const Fact& fact);

  int64_t position(int partition) const { return positions_[static_cast<size_t>(partition)].value; }
  const SubjectRows& subject(int subject) const { return subjects_[static_cast<size_t>(subject)]; }
  // `consumer seek`: an operator sets a position back, unless a transaction holds it.
  bool Seek(int partition, int64_t offset);

 private:
  struct Position {
    int64_t value = 0;
    int64_t locked_by = 0;
  };
  struct Locks {
    int64_t mark = 0;
    int64_t parked = 0;
  };
  // What a transaction wrote of one subject.
  struct Changes {
    std::optional<Mark> mark;
    std::optional<std::optional<Parked>> parked;
    Waiting added;
    std::set<std::pair<int64_t, uint64_t>> deleted;
    std::vector<Fact> effects;
  };
  struct Transaction {
    std::map<int, Changes> subjects;
    std::map<int, std::pair<int64_t, int64_t>> moves;  // By partition: from, to.
    int waited = 0;
  };
  // One that waits for too long is rolled back, as after lock_timeout or as the victim of a deadlock.
  bool Take(int64_t& lock, int64_t transaction);
  Changes& Of(int64_t transaction, int subject) { return open_.at(transaction).subjects[subject]; }
  static void Merge(SubjectRows& rows, const Changes& changes);
  void CheckSubject(int subject, const SubjectRows& before, const SubjectRows& after);

  Run& run_;
  std::vector<SubjectRows> subjects_;
  std::vector<Locks> locks_;
  std::vector<Position> positions_;
  std::map<int64_t, Transaction> open_;
  int64_t next_transaction_ = 1;
};

}  // namespace vefa::simulation
