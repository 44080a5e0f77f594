#pragma once

#include <functional>
#include <string>

#include "libs/events/handler.h"
#include "libs/events/shadow.h"

namespace vefa::events {

// What a run of a projection works with. Everything it refers to outlives the run.
struct RunContext {
  postgres::Database& pump;
  const ProjectionInfo& info;
  Handler& handler;
  LedgerReader* ledgers = nullptr;  // Null where nobody's ledger can be reached: only Kafka is read then.
  std::string brokers;
  Uuid owner;                      // Who holds the run's lease.
  std::function<bool()> stopping;  // Whether to give the run back. Called by two threads.
};

// Builds a projection anew beside the live one and swaps it in, in one transaction with its watermarks, its parked
// events, the positions as they were before the fold began, and the end of the run. The live one goes
// on meanwhile; what was published since is then read again and its repeats are dropped.
// FAILED_PRECONDITION `PROJECTION_INCOMPLETE` when the fold came less far for some subject than the live one had
// when it began, which then stays as it is. Fills `run` with what it found.
Status Rebuild(const RunContext& context, ProjectionRun& run);

// For both kinds of run: folds the ledgers, or what Kafka holds, into a shadow; removes the shadow of a run that
// failed.
Status FoldAll(const RunContext& context, Shadow& shadow, ProjectionRun& run);
Status Clean(Shadow& shadow, Status outcome);

}  // namespace vefa::events
