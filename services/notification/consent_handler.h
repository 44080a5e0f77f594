#pragma once

#include <functional>

#include "libs/base/clock.h"
#include "libs/events/handler.h"

namespace vefa::notification {

// What contact says of consents. One that wants a confirmation becomes the message that asks for it, once for each; the gate is not asked
// here, because a handler calls nobody: it is asked when the message is about to leave, as for every other. And who left by a link and wants to
// hear again, or to be asked, is not suppressed for that purpose any more.
class ConsentHandler final : public events::Handler {
 public:
  static constexpr char kConsumer[] = "notification.consent.v1";

  // `recorded` is called after each commit that recorded a message or an event.
  ConsentHandler(const Clock& clock, std::function<void()> recorded) : clock_(clock), recorded_(std::move(recorded)) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
  void Applied() override;

 private:
  const Clock& clock_;
  const std::function<void()> recorded_;
  bool any_ = false;  // Of the batch under way; the subscription's thread alone.
};

}  // namespace vefa::notification
