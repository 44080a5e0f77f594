#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "libs/events/event.h"
#include "libs/events/relay.h"
#include "libs/testing/engines.h"

namespace vefa::events {

// What the relay's tests share: a service whose aggregates are changed and recorded in one statement, writers who
// commit late or not at all, and a reader who keeps account of what arrives. Used by one test.
class RelayHarness {
 public:
  explicit RelayHarness(int partitions = 4);

  // Things that can be changed.
  void CreateThings(int things);
  // One change of one thing, committed.
  void Change(int thing, const std::string& payload = "changed");
  // Changes random things from so many threads at once, `changes` of each thread: some are rolled back, some
  // take their time between drawing their id and the commit. Returns at once; Join waits.
  void StartWriters(int writers, int changes, uint64_t seed);
  void Join();

  Source source(const std::string& service = "test") const;
  std::unique_ptr<Relay> StartRelay(RelayOptions options = {});
  // Waits until nothing is pending.
  bool Drained(std::chrono::milliseconds longest = std::chrono::seconds(60));
  // Every record of the topic; as events, of which none may be malformed.
  std::vector<kafka::Message> ReadRecords();
  std::vector<Event> ReadTopic();

  testing::TestDatabase database;
  std::string topic;
  telemetry::Metrics metrics;

 private:
  void Write(uint64_t seed, int changes);
  int things_ = 0;
  std::vector<std::jthread> writers_;
};

// What a reader makes of records that may repeat.
struct Account {
  int64_t events = 0;      // Different ones.
  int64_t repeats = 0;
  int64_t disordered = 0;  // First occurrences that are not the next version of their subject.
};
Account AccountOf(const std::vector<Event>& events);

}  // namespace vefa::events
