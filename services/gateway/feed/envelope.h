#pragma once

#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/events/event.h"
#include "vefa/event/v1/event.pb.h"

namespace vefa::gateway {

// The full name of the payload's message by `ce_dataschema`: `<public url>/schemas/<name>@<hash>`, or the bare
// name, as release 0.1 wrote it.
std::string_view MessageNameOf(std::string_view data_schema);

// Whether every reader could be told of the event. INVALID_ARGUMENT `EVENT_NOT_UTF8`, `EVENT_TIME_RANGE`.
Status CheckWritable(const events::Event& event);

// How private an event says its fields are; one that does not say may name a person by an id.
std::string ClassificationOf(const events::Event& event);

// What readers without Kafka's headers see of an event; its cursor is not set.
event::v1::Event ToEnvelope(const events::Event& event);

// An envelope in proto JSON. A payload that this build cannot write whole, because its type is not known or its
// kind is of a later release, is {"@type": …, "value": <base64 of its bytes>}: nothing is left out in silence.
std::string EventJson(const event::v1::Event& event);

}  // namespace vefa::gateway
