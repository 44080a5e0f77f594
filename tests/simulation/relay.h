#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libs/events/relay_core.h"
#include "tests/simulation/broker.h"
#include "tests/simulation/database.h"

namespace vefa::simulation {

// A relay process: the real RelayCore between the simulated database and broker, in the steps of
// libs/events/relay.cc. Others come between any two steps, and it may die at each.
class Relay {
 public:
  Relay(Run& run, int number, Database& database, Broker& broker)
      : run_(run), number_(number), database_(database), broker_(broker) {
    core_.emplace(run.profile.in_flight_max);
  }

  void Step();
  // kill -9, and started again at once.
  void Crash();
  // Which lanes it reads now.
  void Lease(uint64_t lanes) { lanes_ = lanes; }

 private:
  // Learn which life of the database this is; collect acknowledgements; delete and read in one round
  // trip; hear its answer; produce.
  enum class Stage { kPrepare, kSettle, kExchange, kAnswer, kProduce };
  // What the database was asked for: nothing, not yet answered, rows, or it failed.
  enum class Asked { kNothing, kWaiting, kRows, kTrouble };
  void Prepare();
  void Settle();
  void Ask();
  void Exchange();
  void Answer();
  void Produce();
  void Rebuild();

  Run& run_;
  const int number_;
  Database& database_;
  Broker& broker_;
  std::optional<events::RelayCore> core_;
  uint64_t lanes_ = ~0ULL;
  Stage stage_ = Stage::kPrepare;
  int producer_ = 0;
  int incarnation_ = 0;
  int epoch_ = 0;  // Of the connection to the database.
  Asked asked_ = Asked::kNothing;
  std::vector<int64_t> published_;  // What was asked to be deleted.
  std::vector<int64_t> held_;       // What was to be left out.
  size_t most_ = 0;                 // How many rows were asked for.
  bool forgot_ = false;             // The producer was lost since it was asked.
  std::vector<Fact> answer_;
  std::vector<Fact> reading_;       // What is being produced.
  size_t produced_ = 0;
};

}  // namespace vefa::simulation
