#pragma once

#include "libs/events/subscriber.h"

namespace vefa::contact {

// Notes when an order of somebody came last, so that retention does not take a customer for somebody forgotten: orders are interaction's,
// and no order changes the record here.
class ActivityHandler final : public events::Handler {
 public:
  static constexpr char kConsumer[] = "contact.activity.v1";

  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
};

}  // namespace vefa::contact
