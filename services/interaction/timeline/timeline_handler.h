#pragma once

#include "libs/events/subscriber.h"

namespace vefa::interaction {

// Puts what contact, notification and this service itself recorded on the timelines of contacts.
class TimelineHandler final : public events::Handler {
 public:
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
};

}  // namespace vefa::interaction
