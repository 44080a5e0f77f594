#pragma once

#include "libs/events/handler.h"

namespace vefa::contact {

// Keeps the words by which contacts are found: of each contact that an event of our own topic is about, what its record
// says now. It reads the record and not the event, so repeats and their order make no difference, and so it is no
// projection that can be folded from a ledger alone: SearchSweep is how it is checked and made anew.
class SearchHandler final : public events::Handler {
 public:
  static constexpr const char* kConsumer = "contact.search.v1";
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
};

}  // namespace vefa::contact
