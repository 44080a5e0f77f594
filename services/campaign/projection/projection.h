#pragma once

#include "libs/events/batch_handler.h"
#include "services/campaign/projection/contact_change.h"

namespace vefa::campaign {

// What campaign knows of contacts, consents, orders and scores, from events alone. Holds no state: any
// number of threads may apply with it.
class Projection final : public events::BatchHandler<PeopleChanges> {
 public:
  Projection();
  static events::ProjectionInfo Info();
};

}  // namespace vefa::campaign
