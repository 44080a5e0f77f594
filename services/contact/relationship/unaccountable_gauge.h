#pragma once

#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::contact {

// Keeps the metric of how many active relationships nobody is accountable for: counted anew every half minute, in one
// statement along an index of just these. A count that fails leaves the metric as it was. Thread of its own.
class UnaccountableGauge {
 public:
  // As the `pump` role, across tenants.
  UnaccountableGauge(postgres::Database& pump, telemetry::Metrics& metrics);
  // Idempotent; before the database closes.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Count();

  postgres::Database& pump_;
  telemetry::Gauge& gauge_;
  runtime::Loop loop_;  // Last: its thread uses the rest.
};

}  // namespace vefa::contact
