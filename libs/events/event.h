#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/kafka/message.h"

namespace vefa::events {

class Catalog;

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
  Uuid incarnation;   // The life of the database that recorded it; nil in events of release 0.1.
  Uuid causation_id;  // The event whose handling recorded it; nil when a call did.
  std::string classification;  // `none`, `pseudonymous`, `personal`, `special`.
  std::string data_schema;     // Where the payload's schema is.
  std::string payload;         // The service's event message, serialised.

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
  std::shared_ptr<const Catalog> catalog = nullptr;  // Null only in tests of the machinery.
  // What `ce_dataschema` says: `<public url>/schemas/vefa.contact.v1.ContactEvent@<hash>`; the bare name unless set.
  std::string schema_uri = {};
  Uuid incarnation = {};  // Of our database, found by the relay when it starts.
};

// What `ce_correlationid` says of a trace: its id; empty without one.
std::string CorrelationOf(const std::string& traceparent);

// What `ce_source` says: `/vefa/<service>/<incarnation>`, without the last part when it is nil.
std::string SourceName(const std::string& service, const Uuid& incarnation);

kafka::Record ToRecord(const Event& event, const Source& source);
// DATA_LOSS `EVENT_MALFORMED` when a header is missing or not what it should be, `EVENT_EMPTY` without a value,
// `EVENT_KEY_FOREIGN` when the key says otherwise, `EVENT_SOURCE_FOREIGN` when `vefa.<service>.v1` has it of another.
Result<Event> FromMessage(kafka::Message message);
// The same; takes the value out of the message only when it is an event.
Result<Event> TakeEvent(kafka::Message& message);

}  // namespace vefa::events
