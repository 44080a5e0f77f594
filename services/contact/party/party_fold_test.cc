#include "services/contact/party/party_fold.h"

#include <gtest/gtest.h>


namespace vefa::contact {
namespace {

v1::ContactEvent Assigned(const std::string& user, v1::ResponsibilityRole role) {
  v1::ContactEvent change;
  change.mutable_responsibility_assigned()->set_user(user);
  change.mutable_responsibility_assigned()->set_role(role);
  return change;
}

TEST(PartyFoldTest, ARelationshipWithThoseWhoAreResponsible) {
  std::vector<v1::ContactEvent> changes(3);
  changes[0].mutable_relationship_opened()->mutable_state()->set_tier("gold");
  changes[1].mutable_accountability_lost();
  changes[2] = Assigned("users/a", v1::RESPONSIBILITY_ROLE_ACCOUNTABLE);
  changes.emplace_back().mutable_accountability_restored()->set_user("users/a");
  changes.push_back(Assigned("users/b", v1::RESPONSIBILITY_ROLE_RESPONSIBLE));
  v1::ContactSnapshot snapshot;
  bool erased = false;
  for (const v1::ContactEvent& change : changes) FoldParty(change, snapshot, erased);
  EXPECT_EQ(snapshot.relationship().state().tier(), "gold");
  EXPECT_FALSE(snapshot.relationship().unaccountable());
  ASSERT_EQ(snapshot.relationship().responsibilities_size(), 2);
  v1::ContactEvent transferred;
  transferred.mutable_responsibility_transferred()->set_from_user("users/a");
  transferred.mutable_responsibility_transferred()->set_to_user("users/c");
  transferred.mutable_responsibility_transferred()->set_role(v1::RESPONSIBILITY_ROLE_ACCOUNTABLE);
  FoldParty(transferred, snapshot, erased);
  ASSERT_EQ(snapshot.relationship().responsibilities_size(), 2);
  EXPECT_EQ(snapshot.relationship().responsibilities(1).user(), "users/c");
  v1::ContactEvent ended;
  ended.mutable_responsibility_ended()->set_user("users/c");
  ended.mutable_responsibility_ended()->set_role(v1::RESPONSIBILITY_ROLE_ACCOUNTABLE);
  FoldParty(ended, snapshot, erased);
  v1::ContactEvent lost;
  lost.mutable_accountability_lost()->set_user("users/c");
  FoldParty(lost, snapshot, erased);
  ASSERT_EQ(snapshot.relationship().responsibilities_size(), 1);
  EXPECT_EQ(snapshot.relationship().responsibilities(0).user(), "users/b");
  EXPECT_TRUE(snapshot.relationship().unaccountable());
  v1::ContactEvent closed;
  closed.mutable_relationship_closed()->mutable_state()->set_status(v1::RELATIONSHIP_STATUS_ENDED);
  FoldParty(closed, snapshot, erased);
  EXPECT_EQ(snapshot.relationship().state().status(), v1::RELATIONSHIP_STATUS_ENDED);
  EXPECT_FALSE(erased);
}

TEST(PartyFoldTest, TheLatestOfTheOthers) {
  v1::ContactSnapshot snapshot;
  bool erased = false;
  v1::ContactEvent change;
  change.mutable_organization_created()->mutable_state()->set_country("TR");
  FoldParty(change, snapshot, erased);
  change.mutable_organization_updated()->mutable_state()->set_country("DE");
  FoldParty(change, snapshot, erased);
  EXPECT_EQ(snapshot.organization().country(), "DE");
  change.mutable_organization_archived()->mutable_state()->set_state(v1::ORGANIZATION_STATE_ARCHIVED);
  FoldParty(change, snapshot, erased);
  EXPECT_EQ(snapshot.organization().country(), "");
  EXPECT_EQ(snapshot.organization().state(), v1::ORGANIZATION_STATE_ARCHIVED);
  snapshot.Clear();
  change.mutable_affiliation_created()->mutable_state()->set_role("owner");
  FoldParty(change, snapshot, erased);
  change.mutable_affiliation_ended()->mutable_state()->mutable_valid_to()->set_year(2026);
  FoldParty(change, snapshot, erased);
  EXPECT_EQ(snapshot.affiliation().valid_to().year(), 2026);
  EXPECT_EQ(snapshot.affiliation().role(), "");
  EXPECT_FALSE(erased);
}

TEST(PartyFoldTest, OfALiftedBoundaryNothingIsKept) {
  v1::ContactSnapshot snapshot;
  bool erased = false;
  v1::ContactEvent change;
  change.mutable_boundary_set()->mutable_state()->set_about("contacts/1");
  FoldParty(change, snapshot, erased);
  EXPECT_EQ(snapshot.boundary().about(), "contacts/1");
  EXPECT_FALSE(erased);
  change.mutable_boundary_lifted();
  FoldParty(change, snapshot, erased);
  EXPECT_TRUE(erased);
  EXPECT_EQ(snapshot.ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace vefa::contact
