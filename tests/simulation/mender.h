#pragma once

#include <cstdint>
#include <vector>

#include "tests/simulation/store.h"

namespace vefa::simulation {

// Fetches what a parked subject misses from the owner's ledger, and asks it which history is true, in the
// steps of libs/events/consumer_mender.cc. It applies nothing. One per consumer process; several race.
class Mender {
 public:
  Mender(Run& run, int number, const Database& database, Store& store)
      : run_(run), number_(number), database_(database), store_(store) {}

  void Step();
  void Crash() { GiveUp(); }

 private:
  enum class Stage { kClaim, kInspect, kAdd, kComplete, kLater };
  void Claim();
  void Inspect();
  void FillHole(const SubjectRows& rows);
  void CheckLife(const SubjectRows& rows);
  void Add();
  void Complete();
  void Later();
  // A transaction of its own; false while somebody else holds the row.
  bool Update(const Parked& parked);
  void GiveUp();

  Run& run_;
  const int number_;
  const Database& database_;
  Store& store_;
  Stage stage_ = Stage::kClaim;
  int subject_ = 0;
  std::vector<Fact> fetched_;
  bool same_life_ = false;          // What is known counts as the later life's.
  int life_ = 0;
  int64_t known_ = 0;
  std::optional<ParkKind> decide_;  // Two histories: an operator has to decide.
  int64_t transaction_ = 0;
};

}  // namespace vefa::simulation
