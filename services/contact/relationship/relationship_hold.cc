#include "services/contact/relationship/relationship_hold.h"

namespace vefa::contact {

Result<HeldRelationship> HoldToWrite(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id,
                                     OfErased of_erased) {
  if (of_erased == OfErased::kRefused) {
    // Its parties never change: they can be read before it is held.
    VEFA_TRY(auto known, FindRelationship(transaction, tenant, id));
    if (!known) return NoSuchRelationship();
    VEFA_TRY_OK(HoldPeople(transaction, tenant, {known->from, known->to}));
  }
  VEFA_TRY(auto held, HoldRelationship(transaction, tenant, id));
  if (!held) return NoSuchRelationship();
  return *std::move(held);
}

Status CheckNotEnded(const Relationship& relationship) {
  if (relationship.status != RelationshipStatus::kEnded) return Ok();
  return Error{Code::kFailedPrecondition, "RELATIONSHIP_ENDED", "This relationship has ended; open a new one."};
}

}  // namespace vefa::contact
