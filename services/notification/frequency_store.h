#pragma once

#include <vector>

#include "libs/postgres/database.h"
#include "services/notification/wishes.h"

// How many messages people had lately, from the ledger and its results: what was handed over, what may have arrived, and what is on its way.
namespace vefa::notification {

// Whose messages are counted, and since when.
struct Count {
  Uuid contact;
  CountedSince since;
  // Of the messages that have not ended, those before this one count; nil: all of them.
  Uuid before{};
};

// Answers with one row for each, in their order: HandedOverOf reads it.
postgres::Call CountHandedOverCall(const Uuid& tenant, const std::vector<Count>& counts);
HandedOver HandedOverOf(const postgres::Rows& rows, int i);

// Until the transaction ends nobody else decides about messages to these contacts: who was counted before what is decided meanwhile would be
// counted wrongly. The statement after it sees what whoever held them committed.
postgres::Call HoldFrequencyCall(const Uuid& tenant, const std::vector<Uuid>& contacts);

}  // namespace vefa::notification
