#pragma once

#include <google/protobuf/message.h>

#include "libs/events/event.h"

namespace vefa::interaction {

// Folds one event into a v1::InteractionSnapshot, as events::Fold: an order, a score, or what a run fitted.
// Kinds it does not know change nothing. DATA_LOSS `EVENT_PAYLOAD`.
Status FoldInteraction(const events::Event& event, google::protobuf::Message& state, bool& erased);

}  // namespace vefa::interaction
