#pragma once

#include <memory>

#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/contact/retention/retention_runner.h"

namespace vefa::contact {

// Runs the rules of retention that say so, each once a day. Any replica may; one at a time has a rule. A rule that is for more than a tenth of
// its tenant's contacts waits for somebody instead. A thread of its own, which stops between two people.
class RetentionClock {
 public:
  // Rules are found and counted as the `pump` role. `on` false: no thread, for tests that call RunDue themselves.
  RetentionClock(postgres::Database& pump, postgres::Database& database, const RetentionRunner& runner, const Clock& clock,
                 telemetry::Metrics& metrics, bool on = true);

  // Until no rule is due, and counts those in trouble; the last error of any.
  Status RunDue();
  // Idempotent.
  void Stop() {
    if (loop_) loop_->Stop();
  }

 private:
  // Whether it has its turn again.
  Result<bool> RunRule(const Uuid& tenant, const std::string& code);
  Result<bool> Run(const Uuid& tenant, RuleRun& run);
  // At its end when nobody is left.
  Status Erase(const Uuid& tenant, RuleRun& run, bool& at_end);
  void Count();
  std::chrono::milliseconds Step();
  bool stopping() const { return loop_ && loop_->stopping(); }

  postgres::Database& pump_;
  postgres::Database& database_;
  const RetentionRunner& runner_;
  const Clock& clock_;
  telemetry::Counter& erased_;
  telemetry::Gauge& blocked_;
  telemetry::Gauge& failing_;
  std::unique_ptr<runtime::Loop> loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::contact
