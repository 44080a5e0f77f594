#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/events/handler.h"
#include "libs/events/projection.h"
#include "libs/events/projection_runs.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

// A projection and who applies its events.
struct Projection {
  ProjectionInfo info;
  Handler* handler = nullptr;
};

// Works off the queue of runs, one at a time, under a lease, so that several processes of a service may do so side by
// side; asks for a verification of each projection from time to time; exports what the last one
// found. Owns one thread.
class ProjectionWorker {
 public:
  // `verify_every` of zero: only when asked. `ledgers` may be null; what is given must outlive this.
  ProjectionWorker(postgres::Database& pump, std::vector<Projection> projections, LedgerReader* ledgers,
                   std::string brokers, std::chrono::minutes verify_every, const Clock& clock,
                   telemetry::Metrics& metrics);

  // A run was queued: look now. Thread-safe, never blocks.
  void Wake() { loop_.Wake(); }
  // Gives back the run at hand, for another process or the next start.
  void Stop() { loop_.Stop(); }

 private:
  struct Gauges {
    telemetry::Gauge* differences;
    telemetry::Gauge* verified;
    telemetry::Gauge* unverifiable;
  };

  std::chrono::milliseconds Step();
  Result<std::optional<ProjectionRun>> Claim();
  void Work(ProjectionRun run);
  Status Finish(const ProjectionRun& run, const Status& outcome);
  // Queues the verifications that are due.
  Status AskForVerifications();
  Status ExportFindings();
  static std::map<std::string, Gauges> MakeGauges(const std::vector<Projection>& projections,
                                                  telemetry::Metrics& metrics);

  postgres::Database& pump_;
  const std::vector<Projection> projections_;
  LedgerReader* ledgers_;
  const std::string brokers_;
  const std::chrono::minutes verify_every_;
  const Clock& clock_;
  const Uuid owner_;
  const std::map<std::string, Gauges> gauges_;
  std::chrono::seconds verify_after_;  // Age of the last verification at which we ask for another.
  Deadline next_look_ = Deadline::After(std::chrono::milliseconds(0));
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
