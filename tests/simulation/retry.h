#pragma once

#include <cstdint>
#include <vector>

#include "libs/events/consumer_core.h"
#include "tests/simulation/store.h"

namespace vefa::simulation {

// Tries parked subjects again: the real PlanBatch over what waits, in the steps of
// libs/events/consumer_retry.cc. One per consumer process; several race, and race the reader itself.
class Retry {
 public:
  Retry(Run& run, int number, Store& store) : run_(run), number_(number), store_(store) {}

  void Step();
  void Crash() { GiveUp(); }

 private:
  enum class Stage { kFind, kClaim, kRead, kWrite, kCommit, kReschedule };
  void Find();
  void Claim();
  void Read();
  void Write();
  void Reschedule();
  void Finish();
  Parked Kept(const SubjectRows& rows) const;
  bool Waits(const events::Event& event) const;
  void GiveUp();

  Run& run_;
  const int number_;
  Store& store_;
  Stage stage_ = Stage::kFind;
  int subject_ = 0;
  size_t most_ = 0;  // Of the events that could be applied; fewer after poison.
  Mark known_;
  std::vector<Fact> facts_;
  std::vector<events::Event> events_;
  events::BatchPlan plan_;
  size_t applied_ = 0;
  int64_t transaction_ = 0;
};

}  // namespace vefa::simulation
