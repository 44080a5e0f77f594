#pragma once

#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/simulation/random.h"

namespace vefa::simulation {

// How big a schedule is and what happens to it. Chances are per mille and per decision; a kind of
// fault is off altogether in about half of the schedules, so that it cannot hide another.
struct Profile {
  int subjects = 3;
  int partitions = 2;
  int lanes = 2;
  int writers = 3;
  int transactions = 20;
  int relays = 1;
  int consumers = 1;
  bool leases = false;       // Lanes are divided among the relays; otherwise all read everything.
  size_t in_flight_max = 8;  // RelayCore's bound.
  size_t batch_max = 4;      // Records of one consumer transaction.
  int rollback = 0;
  int several_rows = 0;      // Transactions that write more than one event.
  int poison = 0;            // Events that the handler refuses, for some time or for ever.
  int foreign = 0;           // Events of a type that the handler leaves alone.
  int trouble = 0;           // Statements of consumers and relays that fail and say so.
  int answer_lost = 0;       // Commits and acknowledgements that happen and whose answer is lost.
  int relay_crash = 0;
  int producer_loss = 0;
  int consumer_crash = 0;
  int rebalance = 0;
  int seek = 0;              // An operator sets a position back.
  int pause = 0;             // A process stands still for a while and wakes up where it stood.
  int broker_outage = 0;
  int database_crash = 0;
  int store_crash = 0;       // The consumers' database.
  int lanes_move = 0;
  int restore = 0;           // The owner's database is put back to an earlier point, once.
  int renew = 0;             // An operator begins a new life of the database.
  int broker_loss = 0;       // Kafka loses the end of a partition, once; the operator replays.
};

Profile ProfileOf(Random& random);

// What one schedule, or many together, came to.
struct Figures {
  uint64_t schedules = 0;
  uint64_t steps = 0;
  uint64_t faults = 0;
  uint64_t acknowledged = 0;  // Writes whose client was told.
  uint64_t events = 0;        // In ledgers.
  uint64_t records = 0;       // In Kafka.
  uint64_t duplicates = 0;    // Records beyond the first of an event.
  uint64_t fenced = 0;        // Transactions of readers that had lost their place.
  uint64_t gaps = 0;
  uint64_t healed = 0;        // Parked subjects that went on.
  uint64_t parked = 0;        // Subjects still parked at the end.
  uint64_t restored = 0;      // Those of them that saw two histories.
  uint64_t lost = 0;          // Events of a ledger that Kafka never had.
  uint64_t disordered = 0;    // First occurrences of an event out of the order of versions.

  void Add(const Figures& other);
};

// What every part of one schedule shares: chance, time, and what was found wrong. One thread.
class Run {
 public:
  Run(uint64_t seed, bool tracing) : random(seed), tracing_(tracing) {}

  Random random;
  Profile profile;
  Figures figures;
  int64_t now = 0;      // Simulated milliseconds.
  bool quiet = false;   // The end: no more faults, everything has to come to rest.

  // A fault that may happen now.
  bool Fault(int per_mille) { return per_mille > 0 && !quiet && random.Chance(per_mille); }
  void Violate(const std::string& what) {
    Trace("VIOLATION: ", what);
    if (violations_.size() < 20) violations_.push_back(what);
  }
  const std::vector<std::string>& violations() const { return violations_; }

  template <class... Parts>
  void Trace(const Parts&... parts) {
    if (!tracing_) return;
    std::cout << now << "ms ";
    (std::cout << ... << parts) << '\n';
  }

 private:
  const bool tracing_;
  std::vector<std::string> violations_;
};

template <class... Parts>
std::string Text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace vefa::simulation
