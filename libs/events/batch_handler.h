#pragma once

#include <span>

#include "libs/events/handler.h"
#include "libs/events/projection.h"

namespace vefa::events {

// A handler that is a pure function, which adds what one event changes to plain values, and one batch of
// SQL, which writes them. Holds no state, so several threads may apply with it at once. A
// projection is such a handler, its ProjectionInfo, and `host.Project(info, handler)`.
template <typename Changes>
class BatchHandler : public Handler {
 public:
  // Leaves events of kinds it does not know alone; an error parks the event's subject.
  using Reader = Status (*)(const Event& event, Changes& changes);
  // Set-based, in the order of the keys, so that two batches cannot wait for each other.
  using Writer = Status (*)(postgres::Transaction& transaction, const Changes& changes);

  BatchHandler(Reader read, Writer write) : read_(read), write_(write) {}

  Status Apply(postgres::Transaction& transaction, std::span<const Event> events) final {
    Changes changes{};
    for (const Event& event : events) VEFA_TRY_OK(read_(event, changes));
    return write_(transaction, changes);
  }

 private:
  const Reader read_;
  const Writer write_;
};

}  // namespace vefa::events
