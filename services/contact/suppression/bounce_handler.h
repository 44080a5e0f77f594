#pragma once

#include "libs/base/clock.h"
#include "libs/events/handler.h"

namespace vefa::contact {

// Turns `suppression.added` of notification into a suppressed address: what came back for good there is not to be written to from anywhere. Only
// the address that a person had when it came back; one that was given since is another one.
class BounceHandler final : public events::Handler {
 public:
  static constexpr char kConsumer[] = "contact.bounce.v1";

  explicit BounceHandler(const Clock& clock) : clock_(clock) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;

 private:
  const Clock& clock_;
};

}  // namespace vefa::contact
