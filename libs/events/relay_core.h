#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

namespace vefa::events {

// What a relay decides, without a database, a broker or a clock: which of the rows it read it
// produces, and which it may delete. One rule keeps the order: a row is produced only out of a
// reading that began at the head of the lanes, so whatever a subject recorded before it is in the
// same reading, in flight, or acknowledged. Used by one thread, and by the simulation in tests/simulation.
class RelayCore {
 public:
  // `in_flight_max` is the most rows produced and not yet acknowledged.
  explicit RelayCore(size_t in_flight_max) : in_flight_max_(in_flight_max) {}

  // How many rows more than those in flight the next reading should ask for; 0 means do not read.
  size_t Room() const;
  // The rows that need not be read again: produced or acknowledged, and not yet deleted.
  std::vector<int64_t> Held() const;
  // The same without those acknowledged, for a reading in the transaction that deletes these first.
  std::vector<int64_t> InFlight() const { return {in_flight_.begin(), in_flight_.end()}; }
  // Takes a reading, which must be the pending rows from the head of the lanes in the order of ids, without
  // those held. Returns how many of them, from the first on, are to be produced now, in this order.
  size_t Take(std::span<const int64_t> ids);
  // Kafka acknowledged a row. One that is not in flight was forgotten with its producer.
  void Acknowledge(int64_t id);
  // The acknowledged rows, to be deleted; they stay held until Deleted or Forget.
  std::vector<int64_t> Acknowledged() const { return {acknowledged_.begin(), acknowledged_.end()}; }
  // The database deleted these.
  void Deleted(std::span<const int64_t> ids);
  // The producer was lost with all that it had in flight: it will be read and produced again. What
  // was acknowledged stays to be deleted.
  void ProducerLost() { in_flight_.clear(); }
  // The database begins another life, in which the same ids are of other events.
  void DatabaseRestored();
  size_t in_flight() const { return in_flight_.size(); }
  size_t acknowledged() const { return acknowledged_.size(); }

 private:
  const size_t in_flight_max_;
  std::set<int64_t> in_flight_;
  std::set<int64_t> acknowledged_;
};

}  // namespace vefa::events
