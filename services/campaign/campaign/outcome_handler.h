#pragma once

#include "libs/events/batch_handler.h"
#include "services/campaign/campaign/recipient.h"

namespace vefa::campaign {

// Moves recipients, with their tallies, by what notification recorded of their messages. No projection: a
// recipient is also moved by the runner and made by Start. It may read its topic again from the
// beginning at any time, because a recipient only moves forward.
class OutcomeHandler final : public events::BatchHandler<std::vector<Outcome>> {
 public:
  OutcomeHandler();
  static constexpr const char* kConsumer = "campaign.outcomes.v1";
};

}  // namespace vefa::campaign
