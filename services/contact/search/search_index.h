#pragma once

#include <span>
#include <utility>
#include <vector>

#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/contact/search/search_words.h"

// The SQL that keeps the words of contacts (migration 0008) as their records say. Everybody locks contacts first, by
// tenant and id, and words after them, by tenant and word, so that nobody waits in a circle.
namespace vefa::contact {

// Tenant and id of a contact.
using ContactKey = std::pair<Uuid, Uuid>;

// Who asks for it, and so how a contact is held while its words are written. Whoever erases it is always kept out, or
// its words would come back.
enum class IndexedBy {
  kItsEvent,  // In the order of its events by itself: nobody who writes the record waits.
  kSweep,     // Beside its events, so one of the two waits.
};

// Brings the words of these contacts to what their records say now; an erased contact's are deleted. Nothing happens
// where they already are. As the `pump` role, in the caller's transaction. Returns how many contacts had others.
Result<int> IndexContacts(postgres::Transaction& transaction, std::vector<ContactKey> contacts, IndexedBy by);

// Deletes everything by which a contact is found: calls of the transaction that erases it, after it was locked.
std::vector<postgres::Call> EraseWordsCalls(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
