#pragma once

#include "libs/telemetry/metrics.h"

namespace vefa::notification {

// Counts messages that are held for quiet hours, where that is decided: at `submission` or at `delivery`.
inline telemetry::Counter& HoldMetric(telemetry::Metrics& metrics, const char* at) {
  return metrics.AddCounter("vefa_notification_holds_total", "Messages held until the end of their person's quiet hours.", {{"at", at}});
}

}  // namespace vefa::notification
