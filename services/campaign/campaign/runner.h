#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/campaign/campaign/run_store.h"
#include "services/campaign/campaign/submitter.h"

namespace vefa::campaign {

// Submits the audiences of running campaigns, batch by batch and campaign by campaign, and
// completes those that are over. A campaign is leased while it is worked on, so that one replica submits
// it; a replica that dies leaves a lease that ends and messages that their send keys make once.
// Owns one thread; works as the `pump` role.
class Runner {
 public:
  // `relay` is woken after a completion; nullptr in tests without one.
  Runner(postgres::Database& pump, const rpc::Peer& notification, events::Relay* relay, const Clock& clock,
         telemetry::Metrics& metrics);

  // Something may be due: look now. Thread-safe, never blocks.
  void Wake() { loop_.Wake(); }
  // Ends after the batch under way.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Step();
  Status Advance(const Run& run);
  Status Record(const Run& run, const std::vector<Outcome>& outcomes);
  Status Finish(const Run& run);
  Status Release(const Run& run, std::chrono::milliseconds rest, int attempts);
  void Postpone(const Run& run, const Error& why);

  postgres::Database& pump_;
  const Submitter submitter_;
  events::Relay* relay_;
  const Clock& clock_;
  const Uuid owner_;
  telemetry::Counter& submitted_;
  telemetry::Counter& failed_;
  telemetry::Counter& completed_;
  int failures_ = 0;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::campaign
