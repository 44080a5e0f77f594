#pragma once

#include <google/protobuf/message.h>

#include "libs/events/event.h"

namespace vefa::campaign {

// Folds one event into a v1::CampaignSnapshot, as events::Fold: a segment, a template, or how a campaign stands.
// Kinds it does not know change nothing. DATA_LOSS `EVENT_PAYLOAD`.
Status FoldCampaign(const events::Event& event, google::protobuf::Message& state, bool& erased);

}  // namespace vefa::campaign
