#pragma once

#include <google/protobuf/message.h>

#include "libs/events/event.h"

namespace vefa::contact {

// Folds one event into a v1::ContactSnapshot, as events::Fold: the latest state, and the latest word on each
// purpose and channel by the time it was said. Nothing is kept of an erased contact. Kinds it does not know
// change nothing. DATA_LOSS `EVENT_PAYLOAD`.
Status FoldContact(const events::Event& event, google::protobuf::Message& state, bool& erased);

}  // namespace vefa::contact
