#include "services/contact/party/party_fold.h"

namespace vefa::contact {
namespace {

void Begin(const std::string& user, v1::ResponsibilityRole role, v1::RelationshipSnapshot& relationship) {
  v1::ResponsibilityAssigned& begun = *relationship.add_responsibilities();
  begun.set_user(user);
  begun.set_role(role);
}

void End(const std::string& user, v1::ResponsibilityRole role, v1::RelationshipSnapshot& relationship) {
  auto& all = *relationship.mutable_responsibilities();
  for (int i = 0; i < all.size(); ++i) {
    if (all[i].user() != user || all[i].role() != role) continue;
    all.DeleteSubrange(i, 1);
    return;
  }
}

// Whether it was about a relationship.
bool FoldRelationship(const v1::ContactEvent& change, v1::ContactSnapshot& snapshot) {
  v1::RelationshipSnapshot relationship = snapshot.relationship();
  switch (change.kind_case()) {
    case v1::ContactEvent::kRelationshipOpened:
      *relationship.mutable_state() = change.relationship_opened().state();
      break;
    case v1::ContactEvent::kRelationshipUpdated:
      *relationship.mutable_state() = change.relationship_updated().state();
      break;
    case v1::ContactEvent::kRelationshipClosed:
      *relationship.mutable_state() = change.relationship_closed().state();
      break;
    case v1::ContactEvent::kAccountabilityLost:
      relationship.set_unaccountable(true);
      break;
    case v1::ContactEvent::kAccountabilityRestored:
      relationship.set_unaccountable(false);
      break;
    case v1::ContactEvent::kResponsibilityAssigned:
      Begin(change.responsibility_assigned().user(), change.responsibility_assigned().role(), relationship);
      break;
    case v1::ContactEvent::kResponsibilityEnded:
      End(change.responsibility_ended().user(), change.responsibility_ended().role(), relationship);
      break;
    case v1::ContactEvent::kResponsibilityTransferred: {
      const v1::ResponsibilityTransferred& transferred = change.responsibility_transferred();
      End(transferred.from_user(), transferred.role(), relationship);
      Begin(transferred.to_user(), transferred.role(), relationship);
      break;
    }
    default:
      return false;
  }
  *snapshot.mutable_relationship() = std::move(relationship);
  return true;
}

}  // namespace

void FoldParty(const v1::ContactEvent& change, v1::ContactSnapshot& snapshot, bool& erased) {
  if (FoldRelationship(change, snapshot)) return;
  switch (change.kind_case()) {
    case v1::ContactEvent::kOrganizationCreated:
      *snapshot.mutable_organization() = change.organization_created().state();
      break;
    case v1::ContactEvent::kOrganizationUpdated:
      *snapshot.mutable_organization() = change.organization_updated().state();
      break;
    case v1::ContactEvent::kOrganizationArchived:
      *snapshot.mutable_organization() = change.organization_archived().state();
      break;
    case v1::ContactEvent::kAffiliationCreated:
      *snapshot.mutable_affiliation() = change.affiliation_created().state();
      break;
    case v1::ContactEvent::kAffiliationUpdated:
      *snapshot.mutable_affiliation() = change.affiliation_updated().state();
      break;
    case v1::ContactEvent::kAffiliationEnded:
      *snapshot.mutable_affiliation() = change.affiliation_ended().state();
      break;
    case v1::ContactEvent::kRightsRequestReceived:
      *snapshot.mutable_rights_request() = change.rights_request_received().state();
      break;
    case v1::ContactEvent::kRightsRequestUpdated:
      *snapshot.mutable_rights_request() = change.rights_request_updated().state();
      break;
    case v1::ContactEvent::kRightsRequestClosed:
      *snapshot.mutable_rights_request() = change.rights_request_closed().state();
      break;
    case v1::ContactEvent::kBoundarySet:
      *snapshot.mutable_boundary() = change.boundary_set().state();
      break;
    case v1::ContactEvent::kNoteAdded:
      *snapshot.mutable_note() = change.note_added().state();
      break;
    case v1::ContactEvent::kNoteChanged:
      *snapshot.mutable_note() = change.note_changed().state();
      break;
    case v1::ContactEvent::kNoteRemoved:
    case v1::ContactEvent::kBoundaryLifted:
      snapshot.Clear();
      erased = true;
      break;
    default:
      break;
  }
}

}  // namespace vefa::contact
