#pragma once

#include <functional>

#include "libs/base/clock.h"
#include "libs/events/handler.h"

namespace vefa::notification {

// Turns a `consent.changed` of contact that wants a confirmation into the message that asks for it, once for each. The gate is not asked here,
// because a handler calls nobody: it is asked when the message is about to leave, as for every other.
class ConfirmationHandler final : public events::Handler {
 public:
  static constexpr char kConsumer[] = "notification.confirmation.v1";

  // `recorded` is called after each commit that recorded a message.
  ConfirmationHandler(const Clock& clock, std::function<void()> recorded) : clock_(clock), recorded_(std::move(recorded)) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
  void Applied() override;

 private:
  const Clock& clock_;
  const std::function<void()> recorded_;
  bool any_ = false;  // Of the batch under way; the subscription's thread alone.
};

}  // namespace vefa::notification
