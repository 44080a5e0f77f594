#include "libs/events/event.h"

#include "libs/events/relay_record.h"

namespace vefa::events {

// The trace id: `00-<trace>-<span>-<flags>`.
std::string CorrelationOf(const std::string& traceparent) {
  return traceparent.size() == 55 ? traceparent.substr(3, 32) : "";
}

std::string SourceName(const std::string& service, const Uuid& incarnation) {
  std::string text = "/vefa/" + service;
  return incarnation.is_nil() ? text : text + "/" + incarnation.ToString();
}

kafka::Record ToRecord(const Event& event, const Source& source) { return RecordWriter(source).Write(event); }

}  // namespace vefa::events
