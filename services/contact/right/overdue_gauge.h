#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::contact {

// Keeps the metric of how many requests by a right are overdue: counted anew every half minute, along an index of open ones by when they
// are due. A count that fails leaves the metric as it was. Thread of its own.
class OverdueGauge {
 public:
  // As the `pump` role, across tenants.
  OverdueGauge(postgres::Database& pump, telemetry::Metrics& metrics, const Clock& clock);
  // Idempotent; before the database closes.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Count();

  postgres::Database& pump_;
  const Clock& clock_;
  telemetry::Gauge& gauge_;
  runtime::Loop loop_;  // Last: its thread uses the rest.
};

}  // namespace vefa::contact
