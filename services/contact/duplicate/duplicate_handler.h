#pragma once

#include "libs/base/clock.h"
#include "libs/events/handler.h"

namespace vefa::contact {

// Looks for the duplicates of whoever an event of our own topic says has changed. It reads the records and not the events,
// so repeats and their order make no difference.
class DuplicateHandler final : public events::Handler {
 public:
  static constexpr const char* kConsumer = "contact.duplicates.v1";
  explicit DuplicateHandler(const Clock& clock) : clock_(clock) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;

 private:
  const Clock& clock_;
};

}  // namespace vefa::contact
