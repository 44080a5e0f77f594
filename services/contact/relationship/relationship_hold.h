#pragma once

#include "libs/postgres/database.h"
#include "services/contact/relationship/relationship_store.h"

// How a relationship is held by who writes it.
namespace vefa::contact {

// Whether something may be recorded where a party is an erased person.
enum class OfErased { kRefused, kAllowed };

// Holds a relationship, and before it, unless erased people are allowed, the people who are its parties. NOT_FOUND
// `RELATIONSHIP_NOT_FOUND`, FAILED_PRECONDITION `CONTACT_ERASED`.
Result<HeldRelationship> HoldToWrite(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id,
                                     OfErased of_erased);

// FAILED_PRECONDITION `RELATIONSHIP_ENDED`.
Status CheckNotEnded(const Relationship& relationship);

}  // namespace vefa::contact
