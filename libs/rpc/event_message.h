#pragma once

#include "libs/base/result.h"
#include "libs/events/event.h"
#include "vefa/event/v1/event.pb.h"

// An event as readers without Kafka headers see it, and back.
namespace vefa::rpc {

// `source` is its publisher's. What the event says of itself goes before what the source would say:
// classification, schema.
event::v1::Event EventToProto(const events::Event& event, const events::Source& source);

// What events::FromMessage would have made of the record. DATA_LOSS `EVENT_MALFORMED`.
Result<events::Event> EventFromProto(const event::v1::Event& proto);

}  // namespace vefa::rpc
