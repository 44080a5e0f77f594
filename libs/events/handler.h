#pragma once

#include <span>

#include "libs/events/event.h"
#include "libs/postgres/database.h"

namespace vefa::events {

// What a service does with other services' events. One per subscription; called by its thread only.
class Handler {
 public:
  virtual ~Handler() = default;
  // Applies a batch in the transaction it is given, set-based. Events come in the order of their
  // versions per subject, each exactly once in effect. An unknown type is left alone. An error
  // that is not the database's trouble makes the batch be halved until the guilty event is found.
  virtual Status Apply(postgres::Transaction& transaction, std::span<const Event> events) = 0;
  // After the commit: wake whoever works on what was written. Must not fail or block.
  virtual void Applied() {}
};

// What a handler says of a payload that is not what its event's type says: DATA_LOSS `EVENT_MALFORMED`.
inline Error PayloadMalformed() { return {Code::kDataLoss, "EVENT_MALFORMED", "The payload is not what its type says."}; }

}  // namespace vefa::events
