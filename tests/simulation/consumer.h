#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "libs/events/consumer_core.h"
#include "tests/simulation/broker.h"
#include "tests/simulation/store.h"

namespace vefa::simulation {

// Which member of the consumer group reads which partition. A member hears of it when it polls.
struct Group {
  int generation = 1;
  std::vector<int> owner;  // By partition.
};

// A consumer process: the real PlanBatch between the simulated broker and the consumers' database, in the
// steps of libs/events/subscriber_loop.cc and consumer_apply.cc. Others come between any two steps, and it
// may die at each.
class Consumer {
 public:
  Consumer(Run& run, int number, const Broker& broker, const Group& group, Store& store)
      : run_(run), number_(number), broker_(broker), group_(group), store_(store) {}

  void Step();
  void Crash();

 private:
  // Poll; then per transaction: begin, compare and move positions, read watermarks and sort out, apply,
  // compare and move watermarks, park, commit.
  enum class Stage { kPoll, kBegin, kMovePositions, kPlan, kMoveMarks, kPark, kCommit };
  void Assign();
  void Look();
  void Poll();
  void Begin();
  void MovePositions();
  void Plan();
  void MoveMarks();
  void Park();
  void Commit();
  bool ParkEvent(const events::Event& event, const Parked& parked);
  Parked Describe(const events::Event& event, events::Verdict verdict) const;
  const Fact& FactOf(const events::Event& event) const { return facts_[static_cast<size_t>(&event - events_.data())]; }
  // The transaction failed: the same batch is tried again.
  void Trouble();
  // Somebody else moved on: read again from what is committed.
  void Fenced();
  void Poison();
  void Rollback();

  Run& run_;
  const int number_;
  const Broker& broker_;
  const Group& group_;
  Store& store_;
  Stage stage_ = Stage::kPoll;
  int generation_ = 0;
  std::map<int, int64_t> positions_;  // As committed, of the partitions assigned.
  std::map<int, int64_t> fetched_;    // Where the client reads next.
  std::vector<Fact> facts_;
  std::vector<events::Event> events_;
  size_t first_ = 0;                  // Of what is not settled yet.
  size_t size_ = 0;                   // Of the part that is tried now, halved at poison.
  bool poison_ = false;               // Its only event is known to be poison.
  std::map<int, int64_t> next_;       // Positions after the part.
  std::map<int, SubjectRows> known_;
  events::BatchPlan plan_;
  size_t done_ = 0;                   // Of the rows that the present stage writes.
  int64_t transaction_ = 0;
};

}  // namespace vefa::simulation
