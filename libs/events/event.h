#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/kafka/message.h"

namespace vefa::events {

// One recorded fact. On Kafka it is a CloudEvents 1.0 message in binary mode: the payload is the
// value, everything else a header.
struct Event {
  Uuid id;
  std::string type;     // `contact.created`
  std::string subject;  // `contacts/{uuid}`, the aggregate
  int64_t aggregate_version = 0;
  Uuid tenant;
  Time occur_time;
  Time record_time;
  std::string traceparent;
  std::string payload;  // The service's event message, serialised.

  // Where it was read; unset before publication.
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
};

// Who publishes, and as what.
struct Source {
  std::string service;      // `contact`
  std::string topic;        // `vefa.contact.v1`
  std::string data_schema;  // `vefa.contact.v1.ContactEvent`
};

kafka::Record ToRecord(const Event& event, const Source& source);
// DATA_LOSS `EVENT_MALFORMED` when a header is missing or not what it should be.
Result<Event> FromMessage(kafka::Message message);

}  // namespace vefa::events
