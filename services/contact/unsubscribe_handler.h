#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/events/subscriber.h"

namespace vefa::contact {

// Turns `message.unsubscribed` of notification into a withdrawn consent: notification stops at
// once by itself, and the record of what the person said is here.
class UnsubscribeHandler final : public events::Handler {
 public:
  UnsubscribeHandler(events::Relay* relay, const Clock& clock) : relay_(relay), clock_(clock) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
  void Applied() override {
    if (relay_ != nullptr) relay_->Wake();
  }

 private:
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
