#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/events/consumer_core.h"
#include "tests/simulation/database.h"

namespace vefa::simulation {

// parked_subject.
struct Parked {
  events::Verdict kind = events::Verdict::kApply;  // kApply stands for POISON.
  int64_t first_version = 0;
  int attempts = 0;
  std::optional<int64_t> next_attempt;  // None: an operator has to decide.
};

// All that the consumers' database has of one subject, in the order in which its rows are locked.
struct SubjectRow {
  int64_t version = 0;  // applied_version
  Fact last;            // The event of that version; its incarnation as published.
  std::optional<Parked> parked;
  std::map<std::pair<int64_t, uint64_t>, Fact> waiting;  // parked_event, by version and event.
  std::vector<Fact> effects;                             // What the handler wrote, oldest first.
};

// The consumers' PostgreSQL: positions and subjects, each a row that a transaction holds locked until it
// ends. A transaction that ends in a crash or a rollback has done nothing.
class Store {
 public:
  Store(Run& run, int subjects, int partitions)
      : run_(run), subjects_(static_cast<size_t>(subjects)), positions_(static_cast<size_t>(partitions)) {}

  int64_t Begin();
  bool IsOpen(int64_t transaction) const { return open_.contains(transaction); }
  // Take row locks; false while another transaction holds one of them.
  bool LockPosition(int64_t transaction, int partition);
  bool LockSubject(int64_t transaction, int subject);
  // What the transaction sees and changes of rows it has locked.
  SubjectRow& Subject(int64_t transaction, int subject);
  // Moves a locked position, for one who read from `from` on.
  void Move(int64_t transaction, int partition, int64_t from, int64_t to);
  // False when a crash has undone it.
  bool Commit(int64_t transaction);
  void Rollback(int64_t transaction);
  void Crash();

  int64_t position(int partition) const { return positions_[static_cast<size_t>(partition)].value; }
  const SubjectRow& subject(int subject) const { return subjects_[static_cast<size_t>(subject)].value; }
  // `consumer seek`: an operator sets a position back, unless a transaction holds it.
  bool Seek(int partition, int64_t offset);
  // Readers that are at work hear of it when they look at consumer_control.
  int seeks() const { return seeks_; }


 private:
  template <typename Value>
  struct Row {
    Value value{};
    int64_t locked_by = 0;
  };
  struct Changes {
    std::map<int, SubjectRow> subjects;
    std::map<int, std::pair<int64_t, int64_t>> moves;  // By partition: from, to.
  };
  void CheckSubject(int subject, const SubjectRow& before, const SubjectRow& after);

  Run& run_;
  std::vector<Row<SubjectRow>> subjects_;
  std::vector<Row<int64_t>> positions_;
  std::map<int64_t, Changes> open_;
  int64_t next_transaction_ = 1;
  int seeks_ = 0;
};

}  // namespace vefa::simulation
