#pragma once

#include <google/protobuf/message.h>

#include "libs/events/event.h"

namespace vefa::notification {

// Folds one event into a v1::NotificationSnapshot, as events::Fold: a suppression, or what became of a message.
// Kinds it does not know change nothing. DATA_LOSS `EVENT_PAYLOAD`.
Status FoldNotification(const events::Event& event, google::protobuf::Message& state, bool& erased);

}  // namespace vefa::notification
