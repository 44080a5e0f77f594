#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "tests/simulation/database.h"

namespace vefa::simulation {

// One connection of a service that writes: begins, locks aggregates, draws ids, appends, commits or
// rolls back, hears the answer or does not. One action a step; other parties come between.
class Writer {
 public:
  Writer(Run& run, Database& database, int& transactions_left)
      : run_(run), database_(database), transactions_left_(transactions_left) {}

  void Step();
  bool done() const { return stage_ == Stage::kIdle && transactions_left_ <= 0; }
  // The events whose commit the client was told of.
  const std::vector<uint64_t>& acknowledged() const { return acknowledged_; }

 private:
  enum class Stage { kIdle, kLock, kAppend, kEnd, kAnswer };
  void Begin();
  void Append();
  void End();

  Run& run_;
  Database& database_;
  int& transactions_left_;
  Stage stage_ = Stage::kIdle;
  int64_t transaction_ = 0;
  std::vector<int> subjects_;  // To be locked and written, in the order of the key.
  size_t locked_ = 0;
  size_t written_ = 0;
  std::vector<uint64_t> committed_;
  std::vector<uint64_t> acknowledged_;
};

}  // namespace vefa::simulation
