#pragma once

#include <string>

#include "libs/crypto/crypto.h"
#include "services/campaign/segment/predicate.h"

// The one form that all spellings of a valid predicate share, for people and for comparing.
namespace vefa::campaign {

// Flattens nested groups of one kind, removes double `not`, sorts terms by their canonical text,
// drops duplicates, unwraps groups of one term. Holds for exactly the same contacts.
Predicate Canonicalise(Predicate predicate);

// A canonical tree as a typed prefix expression, for example `(and (ge attr:frequency i:1) (lt attr:p_alive f:0.5))`.
std::string CanonicalText(const Predicate& canonical);

// A canonical tree as a person reads it, for example `frequency >= 1 and p_alive < 0.5`.
std::string Expression(const Predicate& canonical);

// SHA-256 of "vefa.predicate.v1", a zero byte and the canonical text.
crypto::Digest PredicateHash(const Predicate& canonical);

}  // namespace vefa::campaign
