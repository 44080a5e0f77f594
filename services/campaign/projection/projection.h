#pragma once

#include "libs/events/subscriber.h"

namespace vefa::campaign {

// Keeps what campaign knows of contacts, consents, orders, scores and deliveries, from events alone.
// The topics may come in any order between each other: the end is the same.
class Projection final : public events::Handler {
 public:
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
};

}  // namespace vefa::campaign
