#pragma once

#include <mutex>
#include <unordered_map>
#include <vector>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/events/subscriber.h"
#include "services/contact/contact_copies.h"

namespace vefa::contact {

// Turns `message.unsubscribed` of notification into a withdrawn consent: notification stops at
// once by itself, and the record of what the person said is here.
class UnsubscribeHandler final : public events::Handler {
 public:
  UnsubscribeHandler(events::Relay* relay, ContactCopies copies, const Clock& clock)
      : relay_(relay), copies_(copies), clock_(clock) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
  void Applied() override;

 private:
  events::Relay* relay_;
  const ContactCopies copies_;
  const Clock& clock_;
  std::mutex mutex_;
  // By tenant. Of a batch that was rolled back as well: a copy too few is only another read.
  std::unordered_map<Uuid, std::vector<ContactVersion>> changed_;
};

}  // namespace vefa::contact
