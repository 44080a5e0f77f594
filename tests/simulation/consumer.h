#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "tests/simulation/broker.h"
#include "tests/simulation/store.h"

namespace vefa::simulation {

// Which member of the consumer group reads which partition. A member hears of it when it polls.
struct Group {
  int generation = 1;
  std::vector<int> owner;  // By partition.
};

// The event that ConsumerCore sees.
events::Event ToEvent(const Fact& fact);

// A consumer process: the real PlanBatch between the simulated broker and the consumers' database, in the
// steps of libs/events/subscriber.cc. Others come between any two steps, and it may die at each.
class Consumer {
 public:
  Consumer(Run& run, int number, const Broker& broker, const Group& group, Store& store)
      : run_(run), number_(number), broker_(broker), group_(group), store_(store) {}

  void Step();
  void Crash();

 private:
  enum class Stage { kPoll, kBegin, kFence, kRead, kApply, kCommit };
  // A part of the batch, halved at poison.
  struct Range {
    size_t first;
    size_t size;
    bool park;  // Its only event is known to be poison.
  };
  void Assign();
  void Poll();
  void Begin();
  void Fence();
  void Read();
  void Apply();
  void Park(SubjectRow& row, const Fact& fact, events::Verdict verdict);
  void Commit();
  // The transaction failed: read again from what is committed.
  void Rewind(bool positions_moved);

  Run& run_;
  const int number_;
  const Broker& broker_;
  const Group& group_;
  Store& store_;
  Stage stage_ = Stage::kPoll;
  int generation_ = 0;
  int seeks_ = 0;
  std::map<int, int64_t> positions_;  // As committed, of the partitions assigned.
  std::map<int, int64_t> fetched_;    // Where the client reads next.
  std::vector<Fact> facts_;
  std::vector<events::Event> events_;
  std::vector<Range> ranges_;         // To be tried, the last one first.
  std::map<int, int64_t> next_;       // Positions after the present range.
  int64_t transaction_ = 0;
};

}  // namespace vefa::simulation
