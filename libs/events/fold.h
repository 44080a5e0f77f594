#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "libs/events/event.h"

// What the folds of the services share.
namespace vefa::events {

// Reads an event's payload. DATA_LOSS `EVENT_PAYLOAD` when it is not such a message.
Status ParsePayload(const Event& event, google::protobuf::Message& message);

// The same bytes for the same message, in every process of one build: maps go out in the order of their keys.
std::string SerializeSorted(const google::protobuf::Message& message);

}  // namespace vefa::events
