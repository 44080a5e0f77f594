#pragma once

#include <string>
#include <vector>

#include "libs/events/relay.h"
#include "libs/testing/engines.h"
#include "tests/bench/common/result.h"

namespace vefa::bench {

// A database with its ledger, a topic, and the means to fill the one and empty it into the other. One
// benchmark's own, used by its main thread.
class Outbox {
 public:
  Outbox();

  // So many events of as many subjects, committed at once; a batch is one transaction.
  void Fill(int events);
  bool Empty();
  // Ends the program with a message unless `good`.
  static void Must(bool good, const char* what);

  testing::TestDatabase database;
  events::Source source;
  telemetry::Metrics metrics;
};

// Some backlogs that are not measured.
void WarmUp(Outbox& outbox);
// Events per second of the whole relay and of its halves, by turns; and the drain of a large backlog.
void CompareThroughput(Outbox& outbox);
// How long a committed event takes to Kafka's acknowledgement, against inserting and committing alone.
void CompareFreshness(Outbox& outbox);

}  // namespace vefa::bench
