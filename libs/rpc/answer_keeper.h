#pragma once

#include <chrono>

#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::rpc {

// Forgets stored answers that are older than `keep`, of every tenant, some thousands at a time. Any replica may.
// Works as the `pump` role, in a thread of its own.
class AnswerKeeper {
 public:
  AnswerKeeper(postgres::Database& pump, std::chrono::hours keep, telemetry::Metrics& metrics);

  // Forgets one batch; says whether it was full.
  Result<bool> ForgetSome(Deadline deadline);
  // Idempotent.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Step();

  postgres::Database& pump_;
  const std::chrono::hours keep_;
  telemetry::Counter& forgotten_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::rpc
