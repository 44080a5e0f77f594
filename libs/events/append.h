#pragma once

#include <string>

#include "libs/base/result.h"
#include "libs/postgres/errors.h"

// SQL that appends to the ledger what a statement changed, for a SELECT over the changed rows. The fields, in this order:
// tenant, subject, version, event id, type, occur time, traceparent, causation id, payload. Further
// text orders them, as ` ORDER BY version`. The SELECT must be read by the statement's last part: PostgreSQL
// never runs one that nobody reads. Yields how many were recorded.
#define VEFA_APPEND_EVENTS_ORDERED(fields, order) "append_events(array_agg((" fields ")::event_draft" order "))"
#define VEFA_APPEND_EVENTS(fields) VEFA_APPEND_EVENTS_ORDERED(fields, "")

namespace vefa::events {

// Whether a statement failed because another writer took the subject's next version just now.
inline bool IsVersionTaken(const Error& error) {
  std::string constraint = postgres::ConstraintOf(error);
  return constraint.starts_with("event_log_") && constraint.ends_with("_version_key");
}

}  // namespace vefa::events
