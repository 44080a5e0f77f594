#pragma once

#include <cstdint>
#include <vector>

#include "tests/simulation/broker.h"
#include "tests/simulation/consumer.h"

namespace vefa::simulation {

// Tries parked subjects again: fetches what is missing from the owner's ledger and applies it and what
// waits, in one transaction, as libs/events does. One per consumer process; several may race.
class Healer {
 public:
  Healer(Run& run, int number, const Database& database, Store& store)
      : run_(run), number_(number), database_(database), store_(store) {}

  void Step();
  void Crash();

 private:
  enum class Stage { kFind, kFetch, kLock, kApply, kCommit };
  void Find();
  void Fetch();
  void Apply();
  // Applies what follows the watermark without a hole; what is left stays parked.
  void ApplyAll(SubjectRow& row, const std::vector<Fact>& facts);
  void Settle(SubjectRow& row, events::Verdict verdict);
  void GiveUp();

  Run& run_;
  const int number_;
  const Database& database_;
  Store& store_;
  Stage stage_ = Stage::kFind;
  int subject_ = 0;
  int64_t from_ = 0;  // The first version that was fetched.
  std::vector<Fact> fetched_;
  int64_t transaction_ = 0;
};

}  // namespace vefa::simulation
