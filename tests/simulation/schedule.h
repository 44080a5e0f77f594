#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/simulation/consumer.h"
#include "tests/simulation/mender.h"
#include "tests/simulation/relay.h"
#include "tests/simulation/retry.h"
#include "tests/simulation/writer.h"

namespace vefa::simulation {

// One schedule: all parties on one thread, in an order and with faults that the seed chooses, then
// quiet until everything has come to rest, then the checks.
class Schedule {
 public:
  explicit Schedule(Run& run);
  // What it found is in the run.
  void Play();

 private:
  void DisturbEngines();
  void DisturbProcesses();
  void StepSomebody();
  bool AtRest() const;
  void Quieten();
  void Settle();
  void Rebalance();
  void MoveLanes();
  // A process that stands still for a while.
  struct Process {
    void* self;
    void (*step)(void*);
    int64_t asleep_until = 0;
  };
  template <typename Part>
  void Add(Part& part);

  Run& run_;
  Database database_;
  Broker broker_;
  Store store_;
  Group group_;
  int transactions_left_;
  std::vector<std::unique_ptr<Writer>> writers_;
  std::vector<std::unique_ptr<Relay>> relays_;
  std::vector<std::unique_ptr<Consumer>> consumers_;
  std::vector<std::unique_ptr<Mender>> menders_;
  std::vector<std::unique_ptr<Retry>> retries_;
  std::vector<Process> processes_;
  bool restored_ = false;
  bool lost_ = false;
  std::vector<int> to_seek_;  // Partitions that an operator still has to set back.
};

}  // namespace vefa::simulation
