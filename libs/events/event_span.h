#pragma once

#include <span>
#include <vector>

#include "libs/events/event.h"
#include "libs/telemetry/span.h"

namespace vefa::events {

// From producing an event to Kafka's acknowledgement, below the call that recorded it. Its id is the end of the event's,
// so that who reads the event can link to it while the record's `traceparent` stays what the ledger says.
telemetry::Span PublishSpan(const Event& event, const std::string& topic);

// A batch of events being applied in one transaction, in the traces of those that are recorded: a span for each, below
// the call that recorded the event and linked to its publishing. What the transaction does stands below the first, and
// the others are linked to that. While it lives the thread works for it.
class ApplySpans {
 public:
  ApplySpans(const std::string& consumer, std::span<const Event> events);
  void Fail(std::string_view reason);

 private:
  static std::vector<telemetry::Span> Of(const std::string& consumer, std::span<const Event> events);

  std::vector<telemetry::Span> spans_;
  telemetry::TraceScope scope_;
};

}  // namespace vefa::events
